dnl SPDX-License-Identifier: GPL-3.0-or-later
dnl STEWARD_FLAGS: warnings and hardening, each probed; --enable-sanitizer=LIST
dnl builds for the tests without what a sanitizer replaces.
AC_DEFUN([STEWARD_TRY_CFLAG], [
AC_MSG_CHECKING([whether $CC takes $1])
steward_saved=$CFLAGS
CFLAGS="$CFLAGS -Werror $1"
AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
    [AC_MSG_RESULT([yes]); STEWARD_CFLAGS="$STEWARD_CFLAGS $1"],
    [AC_MSG_RESULT([no])])
CFLAGS=$steward_saved
])
AC_DEFUN([STEWARD_TRY_LDFLAG], [
AC_MSG_CHECKING([whether the linker takes $1])
steward_saved=$LDFLAGS
LDFLAGS="$LDFLAGS $1"
AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
    [AC_MSG_RESULT([yes]); STEWARD_LDFLAGS="$STEWARD_LDFLAGS $1"],
    [AC_MSG_RESULT([no])])
LDFLAGS=$steward_saved
])
AC_DEFUN([STEWARD_FLAGS], [
AC_ARG_ENABLE([sanitizer], [AS_HELP_STRING([--enable-sanitizer=LIST],
    [build with -fsanitize=LIST, such as address,undefined or thread])],
    [], [enable_sanitizer=no])
AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror],
    [warnings end the build])], [], [enable_werror=no])
STEWARD_CFLAGS="-std=gnu11 -Wall -Wextra -Wshadow -Wformat=2 -Wvla"
STEWARD_LDFLAGS=""
STEWARD_CPPFLAGS="-D_GNU_SOURCE"
STEWARD_TRY_CFLAG([-Wstrict-prototypes])
STEWARD_TRY_CFLAG([-Wmissing-prototypes])
AS_IF([test "x$enable_werror" = xyes], [STEWARD_CFLAGS="$STEWARD_CFLAGS -Werror"])
STEWARD_CFLAGS="$STEWARD_CFLAGS -fPIE"
STEWARD_LDFLAGS="$STEWARD_LDFLAGS -pie"
STEWARD_TRY_LDFLAG([-Wl,-z,relro,-z,now])
STEWARD_TRY_LDFLAG([-Wl,-z,noexecstack])
STEWARD_TRY_LDFLAG([-Wl,--as-needed])
STEWARD_TRY_CFLAG([-fstack-protector-strong])
AS_CASE([$host_cpu$(uname -m)], [*x86_64*], [STEWARD_TRY_CFLAG([-fcf-protection=full])])
STEWARD_TRY_CFLAG([-fno-omit-frame-pointer])
AS_IF([test "x$enable_sanitizer" = xno],
    [STEWARD_TRY_CFLAG([-fstack-clash-protection])
     STEWARD_CPPFLAGS="$STEWARD_CPPFLAGS -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3"],
    [STEWARD_CFLAGS="$STEWARD_CFLAGS -fsanitize=$enable_sanitizer"
     STEWARD_LDFLAGS="$STEWARD_LDFLAGS -fsanitize=$enable_sanitizer"
     AC_DEFINE([WITH_SANITIZER], [1], [built for tests with a sanitizer])])
AC_SUBST([STEWARD_CFLAGS])
AC_SUBST([STEWARD_LDFLAGS])
AC_SUBST([STEWARD_CPPFLAGS])
])
