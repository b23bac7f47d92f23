dnl SPDX-License-Identifier: GPL-3.0-or-later
dnl STEWARD_SERVICE(NAME): services/NAME is built in. Its Makefile.inc stands in
dnl Makefile.am; the list of services is made from these lines alone.
AC_DEFUN([STEWARD_SERVICE], [
steward_services="$steward_services $1"
])
AC_DEFUN([STEWARD_SERVICES_DONE], [
AC_SUBST([STEWARD_SERVICES], [$steward_services])
])
