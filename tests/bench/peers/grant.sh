#!/bin/sh
# What an administrator's own script does to open access: the same things as a grant. With PLAIN set,
# without the timer and without waiting for the disk.
set -eu
name=bench end=$(date -u -d '+3 days' '+%Y-%m-%d %H:%M:%S UTC')
home=/home/$name rule=/etc/sudoers.d/zz-$name units=/etc/systemd/system program=/usr/local/sbin/$name-end
umask 022

useradd -m -s /bin/bash -U -c 'Temporary support' -e 1 "$name"
mkdir "$home/.ssh"
chmod 700 "$home/.ssh"
cat /root/bench/key.pub >>"$home/.ssh/authorized_keys"
chmod 600 "$home/.ssh/authorized_keys"
chown -R "$name:$name" "$home/.ssh"
printf '%s ALL=(ALL) NOPASSWD: ALL\n' "$name" >"$rule.new"
chmod 440 "$rule.new"
visudo -c -q -f "$rule.new"
mv "$rule.new" "$rule"
if [ -z "${PLAIN-}" ]; then
	cp /root/bench/delete.sh "$program"
	chmod 755 "$program"
	cat >"$units/$name-end.service" <<UNIT
[Unit]
Description=End the temporary support access

[Service]
Type=oneshot
ExecStart=$program
UNIT
	cat >"$units/$name-end.timer" <<UNIT
[Unit]
Description=End the temporary support access

[Timer]
OnCalendar=$end
Persistent=true

[Install]
WantedBy=timers.target
UNIT
	sync "$program" "$units/$name-end.service" "$units/$name-end.timer"
	systemctl daemon-reload
	systemctl enable --quiet --now "$name-end.timer"
	sync "$units" "$units/timers.target.wants" "$home" "$home/.ssh" "$home/.ssh/authorized_keys" \
		"$rule" /etc/sudoers.d /usr/local/sbin /home /etc
fi
chage -E "$(date -u -d '+4 days' +%F)" -M -1 -I -1 "$name"
