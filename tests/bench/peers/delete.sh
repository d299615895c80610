#!/bin/sh
# The same backwards. With PLAIN set, where there is no timer, and without waiting for the disk.
set -eu
name=bench
units=/etc/systemd/system

chage -E 1 "$name"
rm -f "/home/$name/.ssh/authorized_keys" "/etc/sudoers.d/zz-$name"
pkill -KILL -u "$name" || :
userdel -r "$name" 2>/dev/null
if [ -z "${PLAIN-}" ]; then
	systemctl disable --quiet --now "$name-end.timer"
	rm -f "$units/$name-end.timer" "$units/$name-end.service" "/usr/local/sbin/$name-end"
	systemctl daemon-reload
	sync "$units" "$units/timers.target.wants" /etc/sudoers.d /usr/local/sbin /home /etc
fi
