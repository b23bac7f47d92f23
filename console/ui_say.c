/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sentences of the message line and of the banner.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "console/show.h"
#include "console/ui.h"
#include "data/clock.h"
#include "data/text.h"

#define CRASH_SHOWN_US (10 * 60 * INT64_C(1000000))

void ui_say(struct ui *ui, unsigned style, int seconds, const char *format, ...)
{
	char text[sizeof ui->message];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	text_clean(ui->message, sizeof ui->message, text, strlen(text));
	ui->message_style = style;
	ui->message_until_ms = seconds > 0 ? ui->now_ms + seconds * 1000 : 0;
}

void ui_say_fault(struct ui *ui, const struct fault *fault)
{
	ui_say(ui, STYLE_BAD, 60, "%s%s%s", fault->text, fault->next[0] != '\0' ? " - " : "",
	    fault->next);
}

static const struct ui_request *under_way(const struct ui *ui)
{
	for (size_t i = 0; i < UI_REQUESTS; i++)
		if (ui->requests[i].id != 0 && ui->requests[i].ask == UI_ASK_COMMAND)
			return &ui->requests[i];
	return NULL;
}

void ui_message_text(const struct ui *ui, char *out, size_t size, unsigned *style_r)
{
	const struct ui_request *request = under_way(ui);

	*style_r = ui->message_style;
	if (request == NULL) {
		text_format(out, size, "%s", ui->message);
		return;
	}
	const struct model_service *service = model_service(ui->model, request->service);
	long long seconds = (long long)(ui->now_ms - request->since_ms) / 1000;
	char name[32];

	command_name(request->command, name, sizeof name);
	*style_r = STYLE_NOTE;
	text_format(out, size, "%s %s: under way, %llds, it is %s", name, request->service, seconds,
	    service != NULL ? model_state_word(service->state) : "gone");
}

/* ---- The banner ---- */

static void lost_text(const struct ui *ui, char *out, size_t size)
{
	char age[48] = "";

	if (ui->model->known)
		text_format(age, sizeof age, "; what is seen is %llds old",
		    (long long)(ui->now_ms - ui->lost_ms) / 1000);
	text_format(out, size, "%s%s%s. Trying again%s.", ui->lost.text,
	    ui->lost.next[0] != '\0' ? "; " : "", ui->lost.next, age);
}

static void crash_text(const struct ui *ui, char *out, size_t size)
{
	const struct model_host *host = &ui->model->host;
	const struct model_crash *crash = &host->crash;
	int64_t then = clock_parse(crash->time, ui->now_us);
	char time[32], where[160] = "", whose[64] = "";

	if (then < 0 || ui->now_us - then > CRASH_SHOWN_US)
		return;
	show_time(then, ui->now_us, time, sizeof time);
	if (crash->frame_count > 0)
		text_format(where, sizeof where, ", at %s", crash->frames[0]);
	if (crash->service[0] != '\0' && strstr(crash->text, crash->service) == NULL)
		text_format(whose, sizeof whose, ", charged to %s", crash->service);
	text_format(out, size, "CRASH %s: %s%s%s. Esc puts this away.", time,
	    crash->text[0] != '\0' ? crash->text : crash->signal, where, whose);
}

bool ui_cut_off(const struct ui *ui)
{
	return ui->lost_ms > 0 && (!ui->connected || ui->refused);
}

/* FNV-1a; never 0. */
static uint64_t hash(const char *text)
{
	uint64_t value = UINT64_C(0xcbf29ce484222325);

	for (; *text != '\0'; text++)
		value = (value ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return value | 1;
}

static void candidate(const struct ui *ui, enum ui_banner banner, char *out, size_t size)
{
	const struct model_host *host = &ui->model->host;

	*out = '\0';
	if (banner == UI_BANNER_CRASH && host->crash.present)
		crash_text(ui, out, size);
	else if (banner == UI_BANNER_SETTINGS && host->settings_fault[0] != '\0')
		text_format(out, size, "SETTINGS not taken, the old ones are in force: %s",
		    host->settings_fault);
}

/* The first one that has something to say and was not put away, its text in
 * out; UI_BANNERS: none. */
static enum ui_banner shown(const struct ui *ui, char *out, size_t size)
{
	enum ui_banner banner = UI_BANNER_CRASH;

	for (; banner < UI_BANNERS; banner++) {
		candidate(ui, banner, out, size);
		if (*out != '\0' && hash(out) != ui->dismissed[banner])
			break;
		*out = '\0';
	}
	return banner;
}

void ui_banner_text(const struct ui *ui, char *out, size_t size)
{
	if (ui_cut_off(ui))
		lost_text(ui, out, size);
	else
		shown(ui, out, size);
}

bool ui_banner_put_away(struct ui *ui)
{
	char text[UI_BANNER_BYTES];
	enum ui_banner banner = ui_cut_off(ui) ? UI_BANNERS : shown(ui, text, sizeof text);

	if (banner < UI_BANNERS)
		ui->dismissed[banner] = hash(text);
	return banner < UI_BANNERS;
}
