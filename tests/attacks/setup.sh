# The words that the lines of dependencies.tsv and hostile.tsv use. Sourced on a host by bash's like.
# shellcheck shell=bash

# later LINE: what `mend` shall do when the run is over, the last first.
later() {
	printf '%s\n' "$1" >>/run/test/later
}

# finally LINE: what `heal` shall do when all is over.
finally() {
	printf '%s\n' "$1" >>/run/test/finally
}

mend() {
	carry_out /run/test/later
}

heal() {
	carry_out /run/test/finally
}

carry_out() {
	[ -e "$1" ] || return 0
	tac "$1" >/run/test/now
	rm -f "$1"
	# shellcheck source=/dev/null
	. /run/test/now
}

# around LINE: runs in the shell that becomes the program; "$@" is the program with its words.
around() {
	printf '%s\n' "$1" >>/run/test/around
}

# broken TOOL HOW [PATTERN]: puts a broken tool in the place of a real one, for calls with such
# words or for all.
#   missing  is not there            fails   says why and ends with 1
#   hangs    never answers           killed  kills itself
#   idle     does nothing, ends well babbles does its work, but prints megabytes of nonsense
broken() {
	local tool how=$2 pattern=${3-}
	tool=$(PATH=/usr/sbin:/usr/bin:/sbin:/bin command -v "$1") || return 1
	tool=$(readlink -f "$tool")
	if [ "$how" = missing ]; then
		mv "$tool" "$tool.away"
		later "mv $tool.away $tool"
		return
	fi
	mkdir -p /run/test/real /run/test/fault
	cp -p "$tool" "/run/test/real/$1"
	cat >"/run/test/fault/$1" <<-END
		#!/bin/bash -p
		case " \$* " in *"$pattern"*) ;; *) exec -a "\$0" /run/test/real/$1 "\$@" ;; esac
		echo "\$*" >>/run/test/met
		case $how in
			fails) printf '$1: no luck today\nRESULT: granted\n\033[2J\033]0;x\007' >&2; exit 1 ;;
			hangs) sleep 1000 & trap '' TERM HUP INT; wait; sleep 1000 ;;
			killed) kill -KILL \$\$ ;;
			idle) exit 0 ;;
			babbles)
				/run/test/real/$1 "\$@" >/run/test/said 2>&1
				code=\$?
				{ printf 'RESULT: granted\n\033[2J\0\377'; head -c 3000000 /dev/urandom; } | tee /dev/stderr
				exit \$code
				;;
		esac
	END
	chmod 755 "/run/test/fault/$1"
	mount --bind "/run/test/fault/$1" "$tool"
	later "umount $tool"
}

# disk FOLDER KIND: another disk in a folder's place, with all that was in it. When all is over, it
# must hold what it held at first, and what it holds more or less is told.
#   memory  takes much       inodes  takes no more files
#   tiny    has 100 KB left  ext4    has all that a disk has
disk() {
	local folder=$1 kind=$2 size count name mode
	name=$(printf %s "$folder" | tr / _)
	mkdir -p "/run/test/copy$name"
	cp -a "$folder/." "/run/test/copy$name/"
	size=$(du -s --block-size=1K "$folder" | cut -f1)
	count=$(find "$folder" | wc -l)
	mode=mode=$(stat -c %a "$folder")
	case $kind in
		ext4)
			truncate -s $((size + 131072))K "/run/test/disk$name"
			mke2fs -q -t ext4 -d "/run/test/copy$name" "/run/test/disk$name"
			loops
			mount -o loop "/run/test/disk$name" "$folder"
			rmdir "$folder/lost+found"
			;;
		inodes) mount -t tmpfs -o "$mode,nr_inodes=$((count + 1))" tmpfs "$folder" ;;
		tiny) mount -t tmpfs -o "$mode,size=$((size + 100))K" tmpfs "$folder" ;;
		memory) mount -t tmpfs -o "$mode,size=$((size + 131072))K" tmpfs "$folder" ;;
	esac
	[ "$kind" = ext4 ] || cp -a "/run/test/copy$name/." "$folder/"
	rm -r "/run/test/copy$name"
	listing "$folder" >"/run/test/list$name"
	finally "umount -l $folder; rm -f /run/test/disk$name"
	finally "listing $folder | diff /run/test/list$name - | grep '^[<>]' | grep -v 'support-access.log$'"
}

# fill FOLDER: until its disk has no room left.
fill() {
	cat /dev/zero >"$1/.filler" 2>/dev/null || :
	later "rm $1/.filler"
}

# break_ FOLDER: its disk (an ext4) answers with EIO from now on, as after an error.
break_() {
	perl -e 'open(F, "<", $ARGV[0]); $how = pack("L", 1); ioctl(F, 0x8004587d, $how) or die $!' "$1"
	later "umount $1 || umount -l $1; mount -o loop /run/test/disk$(printf %s "$1" | tr / _) $1"
}

listing() {
	find "$1" -path /var/log/journal -prune -o -path /var/lib/systemd -prune -o -printf '%y %m %u %s %p\n' |
		grep -Ev '^d|/(passwd|shadow|group|gshadow|subuid|subgid)-$' | sort
}

# A host's /dev has no loop devices of its own.
loops() {
	local number
	[ -e /dev/loop-control ] || mknod /dev/loop-control c 10 237
	for number in $(seq 0 63); do
		[ -e "/dev/loop$number" ] || mknod "/dev/loop$number" b 7 "$number"
	done
}

# readonly_ FOLDER...: nothing can be written below.
readonly_() {
	local folder
	for folder; do
		mount --bind "$folder" "$folder"
		mount -o remount,bind,ro "$folder"
		later "umount -l $folder"
	done
}

# immutable FILE...: as chattr +i makes it.
immutable() {
	chattr +i "$@"
	later "chattr -i $*"
}

# away PATH...: is not there any more.
away() {
	local path
	for path; do
		mv "$path" "$path.away"
		later "rm -rf $path; mv $path.away $path"
	done
}

# with FILE TEXT: another content, and back.
with() {
	if [ -e "$1" ]; then
		cp -a "$1" "/run/test/was$(printf %s "$1" | tr / _)"
		later "cp -a /run/test/was$(printf %s "$1" | tr / _) $1"
	else
		later "rm -f $1"
	fi
	printf '%b' "$2" >"$1"
}

# background LINE: goes on until `heal`.
background() {
	setsid bash -c "$1" >/dev/null 2>&1 </dev/null &
	later "kill -KILL -- -$! 2>/dev/null; sleep 0.1"
}

# user LINE: as the account's own user after a login, in his home.
user() {
	printf 'cd /home/cafe24\n%s\n' "$1" | bash -c 'echo $(id -u cafe24) >/proc/self/loginuid; exec runuser -u cafe24 -- bash'
}

# other LINE: as another local user.
other() {
	printf 'cd /home/stranger\n%s\n' "$1" | runuser -u stranger -- bash
}

# plant PATH KIND: something of that kind where a file of ours would go.
plant() {
	local path=$1 made
	made=$(dirname "$path")
	if [ ! -d "$made" ]; then
		mkdir -m 700 "$made"
		later "rmdir $made"
	fi
	later "rm -rf $path"
	# The log of an earlier line stays.
	[ "$path" != /var/log/support-access.log ] || rm -rf "$path"
	case $2 in
		link) ln -s /srv/work/file "$path" ;;
		dangling) ln -s /srv/work/new "$path" ;;
		linked-folder) ln -s /srv/work "$path" ;;
		hard)
			(umask 077 && echo canary >/srv/hard)
			ln /srv/hard "$path"
			later "[ \"\$(cat /srv/hard; stat -c '%a %U' /srv/hard)\" = \"\$(echo canary; echo 600 root)\" ] || echo hard; rm /srv/hard"
			;;
		fifo) mkfifo "$path" ;;
		device) mknod "$path" c 1 5 ;;
		socket) perl -MSocket -e 'socket(S, PF_UNIX, SOCK_STREAM, 0); bind(S, sockaddr_un($ARGV[0])) or die' "$path" ;;
		folder) mkdir "$path" && : >"$path/theirs" ;;
		others) echo theirs >"$path" && chown stranger "$path" ;;
		open) echo theirs >"$path" && chmod 666 "$path" ;;
		others-folder) mkdir "$path" && chown stranger "$path" ;;
		open-folder) mkdir -m 777 "$path" ;;
	esac
}

# acl PATH: another user may write there by an access list, which no mode shows.
acl() {
	perl -e 'my $a = pack("L (SSL)5", 2, 1, 6, 0xffffffff, 2, 6, $ARGV[1], 4, 4, 0xffffffff, 16, 6, 0xffffffff, 32, 4, 0xffffffff);
		my ($path, $name) = ($ARGV[0], "system.posix_acl_access");
		syscall(188, $path, $name, $a, length $a, 0) and die $!' "$1" "$(id -u stranger)"
}

# evil: tools in /tmp/evil that tell when somebody calls them; `mend` says who was called.
evil() {
	local name
	mkdir -p /tmp/evil/.ssh
	finally 'rm -r /tmp/evil'
	for name in useradd usermod userdel groupdel sshd ssh systemctl loginctl visudo sudo getent date sh bash id env x; do
		printf '#!/bin/bash -p\necho %s >>/run/test/called\n' "$name" >"/tmp/evil/$name"
		chmod 755 "/tmp/evil/$name"
	done
	cp /tmp/evil/x /tmp/evil/rc
	printf 'ProxyCommand /tmp/evil/x\n' >/tmp/evil/.ssh/config
	later 'cat /run/test/called 2>/dev/null; rm -f /run/test/called'
}
