/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_SCREENS_SCENES_H
#define TESTS_SCREENS_SCENES_H

/*
 * What is played before a screen is compared. A scene's steps are done one after
 * the other, each on a drawn screen.
 */
enum verb {
	DONE,
	LOAD,   /* a fixture: its snapshot, its journal and its audit entries arrive */
	KEYS,   /* bytes as a terminal sends them */
	WAIT,   /* milliseconds pass */
	LOSE,   /* the connection breaks; the reason */
	ANSWER, /* to the newest request: a JSON object, result or error */
	REPLY,  /* "METHOD FIXTURE": the newest request for METHOD that has no answer
		 * yet gets what the fixture has under "result" or "error" */
	LOOK,   /* the person's settings of the screen are those of a file */
};

enum show {
	SHOW_STYLES = 1, /* which style each cell has */
	SHOW_MONO = 2,   /* how it looks without colours */
	SHOW_PSEUDO = 4, /* in the language of long accented words */
	SHOW_ALL = 7,
};

#define SCENE_STEPS 12

struct step {
	enum verb verb;
	const char *text;
};

struct scene {
	const char *name; /* NULL ends the list */
	struct step steps[SCENE_STEPS];
	unsigned show; /* enum show; UTF-8 and ASCII are always compared */
};

extern const struct scene scenes[];

#endif
