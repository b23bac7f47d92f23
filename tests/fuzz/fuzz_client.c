/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The client and what prints its documents, fed with whatever a host might say:
 * the input is the host's side of one connection.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "console/client.h"
#include "console/format.h"
#include "console/manual.h"
#include "console/run.h"
#include "data/home.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static char folder[] = "/tmp/fuzz_client.XXXXXX";
static struct home home;
static int listening = -1;

static void remove_folder(void)
{
	unlink(home.control);
	rmdir(home.state);
	rmdir(folder);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct sockaddr_un address;
	socklen_t length;
	char why[256];
	int fd;

	(void)argc;
	(void)argv;
	if (mkdtemp(folder) == NULL || !home_find(folder, true, &home, why, sizeof why) ||
	    mkdir(home.state, 0700) != 0 ||
	    !home_socket_address(home.control, &address, &length, &fd))
		abort();
	listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(listening, (struct sockaddr *)&address, length) != 0 || listen(listening, 4) != 0)
		abort();
	atexit(remove_folder);
	if (freopen("/dev/null", "w", stdout) == NULL)
		abort();
	return 0;
}

static void print(const json_t *document)
{
	struct invocation call = { .home = folder };
	const json_t *record;
	size_t i;

	run_print_status(document, NULL, &call, stdout);
	run_print_status(document, "web", &call, stdout);
	json_array_foreach(json_object_get(document, "records"), i, record)
	    run_print_record(record, &call, stdout);
	manual_print(document, stdout);
	run_degraded(document);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct fault fault = { 0 };
	json_t *message;

	if (length > 65536)
		return 0;
	struct client *client = client_open(folder, &fault);
	int host = accept(listening, NULL, NULL);

	if (client == NULL || host < 0)
		abort();
	if (send(host, bytes, length, MSG_NOSIGNAL) != (ssize_t)length)
		abort();
	close(host);
	json_t *result = client_call(client, "status", NULL, 1000, &fault);

	if (result == NULL && fault.code == FAULT_NONE)
		abort();
	if (result != NULL)
		print(result);
	json_decref(result);
	format_fault(&fault, stdout);
	while ((message = client_next(client)) != NULL) {
		client_answer(message, &fault);
		print(json_object_get(message, "params"));
		json_decref(message);
	}
	client_close(client);
	return 0;
}
