/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One small state machine, a byte at a time, so that it does not matter how
 * the line splits what the terminal sent. Its rule for doubt: rather lose a
 * key than run a command that nobody typed. Therefore:
 *   - a lone ESC becomes the Escape key after escape_ms; if a byte that can
 *     begin a sequence follows within LATE_MS, it is taken for the late rest
 *     of one and swallowed with it;
 *   - an unfinished sequence swallows bytes until it ends or QUIET_MS pass;
 *   - a sequence that means no key is dropped whole, 8-bit ones too;
 *   - between the two marks of a paste everything is text.
 * Sources: ECMA-48 5.4 and 8.3, XTerm Control Sequences (mouse 1006, paste 2004).
 */
#include "widgets/keys.h"

#include <stdlib.h>
#include <string.h>

#include "widgets/cells.h"

#define LATE_MS 1000
#define QUIET_MS 2000
#define PASTE_QUIET_MS 10000
#define PARAMETERS_MAX 32

enum state {
	STATE_GROUND,
	STATE_ESCAPE,
	STATE_CSI,
	STATE_LINUX, /* ESC [ [ : the Linux console's F1 to F5 */
	STATE_SS3,
	STATE_STRING, /* OSC, DCS, APC, PM, SOS: until ST or BEL */
	STATE_STRING_ESCAPE,
	STATE_MOUSE, /* ESC [ M: three bytes of the old mouse report */
	STATE_PASTE,
	STATE_CHARACTER, /* inside a UTF-8 character */
};

struct keys {
	bool utf8;
	int escape_ms;
	enum state state;
	int64_t last_ms;    /* when the newest byte came */
	int64_t late_until; /* the byte after a lone ESC: see above */
	bool eight;         /* the string began with an 8-bit control */
	bool doubled;       /* ESC came twice: Alt with a sequence */
	char parameters[PARAMETERS_MAX + 1];
	size_t length; /* of parameters; over the limit: not a key */
	int old_mouse[3];
	char character[5]; /* UTF-8 so far */
	size_t wanted;
	bool alt;
	size_t matched; /* of the end mark of a paste */
	keys_each *each;
	void *arg;
	keys_report *report;
	void *report_arg;
};

static const char paste_end[] = "\033[201~";

struct keys *keys_new(bool utf8, int escape_ms)
{
	struct keys *keys = cells_memory(1, sizeof *keys);

	keys->utf8 = utf8;
	keys->escape_ms = escape_ms;
	keys->late_until = INT64_MIN;
	return keys;
}

void keys_reports(struct keys *keys, keys_report *report, void *arg)
{
	keys->report = report;
	keys->report_arg = arg;
}

void keys_reset(struct keys *keys)
{
	keys->state = STATE_GROUND;
	keys->late_until = INT64_MIN;
	keys->alt = keys->doubled = false;
}

void keys_free(struct keys *keys)
{
	free(keys);
}

static void emit(struct keys *keys, struct key key)
{
	keys->each(keys->arg, &key);
}

static void emit_code(struct keys *keys, enum press code)
{
	emit(keys, (struct key){ .code = code, .alt = keys->alt });
}

static void emit_function(struct keys *keys, int number)
{
	emit(keys, (struct key){ .code = PRESS_FUNCTION, .number = number, .alt = keys->alt });
}

/* ---- Sequences ---- */

/* The letters that CSI and SS3 share. */
static bool letter(struct keys *keys, unsigned char byte)
{
	static const struct {
		unsigned char byte;
		enum press code;
	} letters[] = {
		{ 'A', PRESS_ARROW_UP },
		{ 'B', PRESS_ARROW_DOWN },
		{ 'C', PRESS_ARROW_RIGHT },
		{ 'D', PRESS_ARROW_LEFT },
		{ 'H', PRESS_FIRST },
		{ 'F', PRESS_LAST },
	};

	for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
		if (letters[i].byte == byte) {
			emit_code(keys, letters[i].code);
			return true;
		}
	return false;
}

static void tilde(struct keys *keys, int number)
{
	static const struct {
		int first, last, function;
	} functions[] = { { 11, 15, 1 }, { 17, 21, 6 }, { 23, 24, 11 } };

	for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
		if (number >= functions[i].first && number <= functions[i].last)
			emit_function(keys, functions[i].function + number - functions[i].first);
	switch (number) {
	case 1:
	case 7:
		emit_code(keys, PRESS_FIRST);
		break;
	case 2:
		emit_code(keys, PRESS_INSERT);
		break;
	case 3:
		emit_code(keys, PRESS_DELETE);
		break;
	case 4:
	case 8:
		emit_code(keys, PRESS_LAST);
		break;
	case 5:
		emit_code(keys, PRESS_PAGE_UP);
		break;
	case 6:
		emit_code(keys, PRESS_PAGE_DOWN);
		break;
	case 200:
		keys->state = STATE_PASTE;
		keys->matched = keys->length = 0;
		break;
	default:
		break;
	}
}

/* Button bits of both mouse reports: 64 and 65 are the wheel, 32 is motion. */
static void mouse(struct keys *keys, int button, int col, int row)
{
	struct key key = { .row = row - 1, .col = col - 1 };
	int plain = button & ~(4 | 8 | 16); /* without Shift, Alt, Control */

	if (row < 1 || col < 1)
		return;
	if (plain == 0)
		key.code = PRESS_CLICK;
	else if (plain == 64)
		key.code = PRESS_WHEEL_UP;
	else if (plain == 65)
		key.code = PRESS_WHEEL_DOWN;
	else
		return;
	emit(keys, key);
}

/* Numbers of "1;2;3" into numbers; how many there are, -1 for anything else. */
static int parameters(const char *text, int *numbers, int most)
{
	int count = 0;

	while (*text != '\0') {
		int value = 0;

		if (count == most)
			return -1;
		for (; *text >= '0' && *text <= '9'; text++)
			value = value < 100000 ? value * 10 + *text - '0' : value;
		numbers[count++] = value;
		if (*text == ';')
			text++;
		else if (*text != '\0')
			return -1;
	}
	return count;
}

/* CSI ? mode ; value $ y */
static void mode_report(struct keys *keys)
{
	int numbers[2] = { 0, 0 };

	keys->parameters[keys->length - 1] = '\0'; /* the $ */
	if (keys->report != NULL && parameters(keys->parameters + 1, numbers, 2) == 2)
		keys->report(keys->report_arg, numbers[0], numbers[1]);
}

static void csi(struct keys *keys, unsigned char last)
{
	int numbers[3] = { 0, 0, 0 };

	keys->state = STATE_GROUND;
	if (keys->length > PARAMETERS_MAX)
		return;
	keys->parameters[keys->length] = '\0';
	if (keys->parameters[0] == '<') {
		if (last == 'M' && parameters(keys->parameters + 1, numbers, 3) == 3)
			mouse(keys, numbers[0], numbers[1], numbers[2]);
		return;
	}
	if (keys->parameters[0] == '?') {
		if (last == 'y' && keys->length > 1 && keys->parameters[keys->length - 1] == '$')
			mode_report(keys);
		return;
	}
	int count = parameters(keys->parameters, numbers, 3);

	if (count < 0 || count > 2)
		return;
	if (last == '~') {
		tilde(keys, numbers[0]);
	} else if (last == 'M' && count == 0) {
		keys->state = STATE_MOUSE;
		keys->length = 0;
	} else if (last == 'Z' && count == 0) {
		emit_code(keys, PRESS_BACKTAB);
	} else if (count == 0 || numbers[0] == 1) {
		/* With "1;" in front the letter was pressed with Shift, Alt or
		 * Control. R would be F3, but is the cursor's position as well. */
		if (!letter(keys, last) && (last == 'P' || last == 'Q' || last == 'S'))
			emit_function(keys, last - 'P' + 1);
	}
}

static void ss3(struct keys *keys, unsigned char byte)
{
	static const char pad[] = "*+,-./0123456789"; /* from 'j' on */

	keys->state = STATE_GROUND;
	if (letter(keys, byte))
		return;
	if (byte >= 'P' && byte <= 'S')
		emit_function(keys, byte - 'P' + 1);
	else if (byte == 'M')
		emit_code(keys, PRESS_ENTER);
	else if (byte >= 'j' && byte <= 'y')
		emit(keys,
		    (struct key){ .code = PRESS_CHARACTER,
			.character = (unsigned char)pad[byte - 'j'],
			.alt = keys->alt });
}

/* What follows ESC; false: nothing that begins a sequence. */
static bool introducer(struct keys *keys, unsigned char byte)
{
	switch (byte) {
	case '[':
		keys->eight = false;
		keys->state = STATE_CSI;
		keys->length = 0;
		return true;
	case 'O':
		keys->state = STATE_SS3;
		return true;
	case ']':
	case 'P':
	case 'X':
	case '^':
	case '_':
		keys->eight = false;
		keys->state = STATE_STRING;
		return true;
	default:
		return false;
	}
}

/* A terminal that answers with 8-bit controls (ECMA-48 5.3). */
static void eight_bit(struct keys *keys, uint32_t code)
{
	if (introducer(keys, (unsigned char)(code - 0x40)))
		keys->eight = true;
}

/* ---- Plain bytes ---- */

static void control(struct keys *keys, unsigned char byte)
{
	switch (byte) {
	case '\r':
	case '\n':
		emit_code(keys, PRESS_ENTER);
		break;
	case '\t':
		emit_code(keys, PRESS_TAB);
		break;
	case 0x08:
	case 0x7f:
		emit_code(keys, PRESS_ERASE);
		break;
	default:
		if (byte >= 1 && byte <= 26)
			emit(keys,
			    (struct key){ .code = PRESS_CONTROL,
				.character = (uint32_t)byte + 'A' - 1,
				.alt = keys->alt });
		break;
	}
}

static void emit_character(struct keys *keys, enum press code)
{
	const char *text = keys->character;

	keys->character[keys->wanted] = '\0';
	uint32_t character = cells_next(&text);

	if (code == PRESS_CHARACTER && character >= 0x80 && character < 0xa0)
		eight_bit(keys, character);
	else if (character >= 0xa0 && *text == '\0')
		emit(keys, (struct key){ .code = code, .character = character, .alt = keys->alt });
}

static void plain(struct keys *keys, unsigned char byte)
{
	keys->state = STATE_GROUND;
	if (byte < 0x20 || byte == 0x7f) {
		control(keys, byte);
	} else if (byte < 0x80) {
		emit(keys,
		    (struct key){ .code = PRESS_CHARACTER, .character = byte, .alt = keys->alt });
	} else if (keys->utf8 && (keys->wanted = cells_bytes(byte)) > 0) {
		keys->character[0] = (char)byte;
		keys->length = 1;
		keys->state = STATE_CHARACTER;
	} else if (byte < 0xa0) {
		eight_bit(keys, byte);
	}
}

static void ground(struct keys *keys, unsigned char byte, int64_t now_ms)
{
	bool late = now_ms < keys->late_until;

	keys->late_until = INT64_MIN;
	keys->alt = keys->doubled = false;
	if (byte == 0x1b)
		keys->state = STATE_ESCAPE;
	else if (!late || !introducer(keys, byte))
		plain(keys, byte);
}

static void escape(struct keys *keys, unsigned char byte)
{
	if (byte == 0x1b) {
		/* Escape twice, or Alt with a sequence: the first one counts as
		 * a key, the second may still begin something. */
		if (!keys->doubled)
			emit_code(keys, PRESS_ESCAPE);
		keys->doubled = true;
		return;
	}
	if (introducer(keys, byte))
		return;
	keys->alt = true;
	plain(keys, byte);
}

/* ---- Paste ---- */

static void pasted(struct keys *keys, unsigned char byte)
{
	if (keys->length > 0) { /* inside a UTF-8 character */
		if ((byte & 0xc0) == 0x80) {
			keys->character[keys->length++] = (char)byte;
			if (keys->length == keys->wanted) {
				emit_character(keys, PRESS_PASTED);
				keys->length = 0;
			}
			return;
		}
		keys->length = 0;
	}
	if (byte >= 0x80) {
		keys->wanted = keys->utf8 ? cells_bytes(byte) : 0;
		keys->character[0] = (char)byte;
		keys->length = keys->wanted > 0;
		return;
	}
	if (byte == '\n' || byte == '\r' || byte == '\t')
		byte = ' ';
	if (byte >= 0x20 && byte < 0x7f)
		emit(keys, (struct key){ .code = PRESS_PASTED, .character = byte });
}

static void paste(struct keys *keys, unsigned char byte)
{
	if (byte == (unsigned char)paste_end[keys->matched]) {
		if (paste_end[++keys->matched] == '\0') {
			keys->state = STATE_GROUND;
			keys->length = 0;
		}
		return;
	}
	for (size_t i = 1; i < keys->matched; i++) /* it was text after all */
		pasted(keys, (unsigned char)paste_end[i]);
	keys->matched = byte == 0x1b;
	if (byte != 0x1b)
		pasted(keys, byte);
}

/* ---- The machine ---- */

/* CAN, SUB and ESC end any sequence (ECMA-48 leaves that to us; terminals do
 * so); Ctrl-C too, so that a person is never locked out. */
static bool broken_off(struct keys *keys, unsigned char byte)
{
	if (byte == 0x1b) {
		keys->state = STATE_ESCAPE;
		keys->alt = keys->doubled = false;
		return true;
	}
	if (byte != 0x18 && byte != 0x1a && byte != 0x03)
		return false;
	keys->state = STATE_GROUND;
	keys->alt = false;
	if (byte == 0x03)
		control(keys, byte);
	return true;
}

static void csi_byte(struct keys *keys, unsigned char byte)
{
	if (broken_off(keys, byte))
		return;
	if (byte == '[' && keys->length == 0) {
		keys->state = STATE_LINUX;
	} else if (byte >= 0x40 && byte <= 0x7e) {
		csi(keys, byte);
	} else if (keys->length < PARAMETERS_MAX && byte >= 0x20 && byte < 0x40) {
		keys->parameters[keys->length++] = (char)byte;
	} else {
		keys->length = PARAMETERS_MAX + 1;
	}
}

static void old_mouse_byte(struct keys *keys, unsigned char byte)
{
	keys->old_mouse[keys->length++] = byte - 32;
	if (keys->length < 3)
		return;
	keys->state = STATE_GROUND;
	mouse(keys, keys->old_mouse[0], keys->old_mouse[1], keys->old_mouse[2]);
}

static void character_byte(struct keys *keys, unsigned char byte, int64_t now_ms)
{
	if ((byte & 0xc0) != 0x80) { /* broken: what comes now counts by itself */
		keys->state = STATE_GROUND;
		ground(keys, byte, now_ms);
		return;
	}
	keys->character[keys->length++] = (char)byte;
	if (keys->length < keys->wanted)
		return;
	keys->state = STATE_GROUND;
	emit_character(keys, PRESS_CHARACTER);
}

static void string_byte(struct keys *keys, unsigned char byte)
{
	if (byte == 0x07 || (byte == 0x9c && keys->eight))
		keys->state = STATE_GROUND;
	else if (byte == 0x1b)
		keys->state = STATE_STRING_ESCAPE;
	else
		broken_off(keys, byte);
}

static void string_escape(struct keys *keys, unsigned char byte)
{
	keys->state = STATE_GROUND;
	keys->alt = false;
	if (byte == '\\')
		return;
	keys->state = STATE_ESCAPE; /* a new sequence breaks the string off */
	keys->doubled = true;       /* and its ESC is no key */
	if (byte != 0x1b)
		escape(keys, byte);
}

static void one_byte(struct keys *keys, unsigned char byte, int64_t now_ms)
{
	switch (keys->state) {
	case STATE_GROUND:
		ground(keys, byte, now_ms);
		break;
	case STATE_ESCAPE:
		escape(keys, byte);
		break;
	case STATE_CSI:
		csi_byte(keys, byte);
		break;
	case STATE_LINUX:
		keys->state = STATE_GROUND;
		if (byte >= 'A' && byte <= 'E')
			emit_function(keys, byte - 'A' + 1);
		break;
	case STATE_SS3:
		if (!broken_off(keys, byte))
			ss3(keys, byte);
		break;
	case STATE_STRING:
		string_byte(keys, byte);
		break;
	case STATE_STRING_ESCAPE:
		string_escape(keys, byte);
		break;
	case STATE_MOUSE:
		old_mouse_byte(keys, byte);
		break;
	case STATE_PASTE:
		paste(keys, byte);
		break;
	case STATE_CHARACTER:
		character_byte(keys, byte, now_ms);
		break;
	}
}

static int patience(const struct keys *keys)
{
	switch (keys->state) {
	case STATE_GROUND:
		return -1;
	case STATE_ESCAPE:
		return keys->escape_ms;
	case STATE_PASTE:
		return PASTE_QUIET_MS;
	default:
		return QUIET_MS;
	}
}

int keys_wait(const struct keys *keys, int64_t now_ms)
{
	int limit = patience(keys);

	if (limit < 0)
		return -1;
	int64_t left = keys->last_ms + limit - now_ms;

	return left < 0 ? 0 : (int)left;
}

void keys_tick(struct keys *keys, int64_t now_ms, keys_each *each, void *arg)
{
	if (keys_wait(keys, now_ms) != 0)
		return;
	keys->each = each;
	keys->arg = arg;
	keys->alt = false;
	if (keys->state == STATE_ESCAPE) {
		if (!keys->doubled)
			emit_code(keys, PRESS_ESCAPE);
		keys->late_until = now_ms + LATE_MS;
	}
	keys->state = STATE_GROUND;
	keys->doubled = false;
	keys->length = 0;
}

void keys_feed(struct keys *keys, const void *bytes, size_t count, int64_t now_ms, keys_each *each,
    void *arg)
{
	/* Nothing is ended for its age here: what waited to be read while the
	 * program was stopped has come in time. */
	keys->each = each;
	keys->arg = arg;
	for (size_t i = 0; i < count; i++)
		one_byte(keys, ((const unsigned char *)bytes)[i], now_ms);
	keys->last_ms = now_ms;
}
