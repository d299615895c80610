#!/bin/bash
# One customer's server for one run of the line: this machine's own root below a throw-away
# overlay, alone in new mount, network and process namespaces, with a real nginx beside it that
# serves the site over TLS. Everything ends with this script. Called by world.rs, under unshare.
#
# From the environment: OUT (folder for what is found), CONF (configuration of nginx), CA (certificate
# that the server trusts), PUT (folder of files laid over the root), HIDE (commands that the server
# lacks), MOUNTS (lines of OPTIONS DIR, each a tmpfs), LINE (what is typed there, by root).
set -eu

ip link set lo up
mount -t tmpfs world /mnt
cd /mnt
mkdir -p below/etc/ssl/certs below/usr/bin upper work root
cp "$CA" below/etc/ssl/certs/ca-certificates.crt
printf '127.0.0.1 localhost support.example.test mirror.example.test\n' >below/etc/hosts
cp -a "$PUT/." below/
for command in $HIDE; do mknod "below/usr/bin/$command" c 0 0; done
mount -t overlay overlay -o lowerdir=below:/,upperdir=upper,workdir=work root
mount -t proc proc root/proc
mount --rbind /dev root/dev
mount -t tmpfs run root/run
mkdir -p root/dev/shm
mount -t tmpfs shm root/dev/shm
while read -r options place; do
	[ -z "$place" ] || mount -t tmpfs -o "$options" over "root$place"
done <<<"$MOUNTS"

nginx -e "$OUT/nginx.log" -c "$CONF"
for _ in $(seq 2000); do
	! (: </dev/tcp/127.0.0.1/443) 2>/dev/null || break
	sleep 0.05
done

code=0
chroot root env -i PATH=/usr/sbin:/usr/bin TERM=xterm LANG=en_US.UTF-8 HOME=/root \
	bash -c "$LINE" >"$OUT/stdout" 2>"$OUT/stderr" </dev/null || code=$?
echo "$code" >"$OUT/code"
# Its one worker writes the line for an answer before it gives another.
{
	printf 'GET / HTTP/1.0\r\n\r\n' >&3
	cat <&3 >/dev/null
} 3<>/dev/tcp/127.0.0.1/81
# Character device 0:0 is how an overlay says "deleted".
find upper -mindepth 1 ! -type d -printf '/%P\n' >"$OUT/changed"
# By name alone: what others on this machine make and remove meanwhile is nothing to look at.
shopt -s nullglob
left=(root/{run,dev/shm,var/lib,root,var/tmp,tmp}/support-access.*)
printf '%s' "${left[@]/%/$'\n'}" >"$OUT/left"
