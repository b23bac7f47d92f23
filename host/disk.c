/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One thread and not a pool: replacing files must keep its order, and an fsync
 * gains nothing from company.
 */
#include "config.h"

#include "host/disk.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "data/memory.h"
#include "host/supervisor.h"

struct job {
	struct job *next;
	struct disk *disk;
	bool (*work)(void *arg, struct fault *fault);
	void (*done)(void *arg, const struct fault *fault);
	void *arg;
	bool good;
	struct fault fault;
};

struct disk {
	struct host *host;
	pthread_t thread;
	pthread_mutex_t lock; /* first, last, stop */
	pthread_cond_t wake;
	struct job *first, **last;
	bool stop;
	unsigned pending; /* supervisor's */
};

static void job_done(void *arg)
{
	struct job *job = arg;

	job->disk->pending--;
	job->done(job->arg, job->good ? NULL : &job->fault);
	host_moved(job->disk->host);
	free(job);
}

static void *disk_main(void *arg)
{
	struct disk *disk = arg;

	prctl(PR_SET_NAME, "host/disk", 0, 0, 0);
	pthread_mutex_lock(&disk->lock);
	for (;;) {
		struct job *job = disk->first;
		if (!job) {
			if (disk->stop)
				break;
			pthread_cond_wait(&disk->wake, &disk->lock);
			continue;
		}
		disk->first = job->next;
		if (!disk->first)
			disk->last = &disk->first;
		pthread_mutex_unlock(&disk->lock);
		job->good = job->work(job->arg, &job->fault);
		host_post(disk->host, job_done, job);
		pthread_mutex_lock(&disk->lock);
	}
	pthread_mutex_unlock(&disk->lock);
	return NULL;
}

struct disk *disk_open(struct host *host, struct fault *fault)
{
	struct disk *disk = memory_new(sizeof *disk);
	sigset_t all, before;

	disk->host = host;
	disk->last = &disk->first;
	pthread_mutex_init(&disk->lock, NULL);
	pthread_cond_init(&disk->wake, NULL);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(&disk->thread, NULL, disk_main, disk);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!error)
		return disk;
	fault_errno(fault, error, "no thread for the disk");
	free(disk);
	return NULL;
}

void disk_do(struct disk *disk, bool (*work)(void *arg, struct fault *fault),
    void (*done)(void *arg, const struct fault *fault), void *arg)
{
	struct job *job = memory_new(sizeof *job);

	job->disk = disk;
	job->work = work;
	job->done = done;
	job->arg = arg;
	disk->pending++;
	pthread_mutex_lock(&disk->lock);
	*disk->last = job;
	disk->last = &job->next;
	pthread_cond_signal(&disk->wake);
	pthread_mutex_unlock(&disk->lock);
}

bool disk_busy(const struct disk *disk)
{
	return disk->pending;
}

void disk_close(struct disk *disk)
{
	if (!disk)
		return;
	pthread_mutex_lock(&disk->lock);
	disk->stop = true;
	pthread_cond_signal(&disk->wake);
	pthread_mutex_unlock(&disk->lock);
	pthread_join(disk->thread, NULL);
	while (disk->first) {
		struct job *next = disk->first->next;
		free(disk->first);
		disk->first = next;
	}
	pthread_cond_destroy(&disk->wake);
	pthread_mutex_destroy(&disk->lock);
	free(disk);
}
