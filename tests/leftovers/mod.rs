//! What an engineer and the system may leave in an account's name, one line each.

/// What must become of a file.
pub(crate) enum Kind {
    /// Gone, and not worth a word.
    Gone,
    /// In the quarantine.
    Orders,
    /// In the quarantine as far as it can be: it has no content.
    Vanishes,
    /// Root's, with this group and mode.
    Work(&'static str),
    /// As it was, and named.
    Kept,
    /// Not the uid's: as it was, and not named.
    Others(&'static str),
}

/// What stands on the server before the grant.
pub(crate) const BEFORE: &str = "\
    useradd -m victim; mkdir -p /srv/deploy/.ssh /home/victim/.ssh /var/lib/docker/volumes/v /mnt/disk \
        /srv/victims; \
    chown -R victim: /home/victim/.ssh /srv/victims; mount -t tmpfs none /mnt/disk; \
    mount -t mqueue none /dev/mqueue 2>/dev/null; \
    install -o 60578 /dev/null /srv/older; install -o 60578 /dev/null /tmp/older; sleep 1.1; \
    echo precious >/srv/victims/shared; chmod 666 /srv/victims/shared; chown victim /srv/victims/shared";

/// Records: how they come to be, and a check that prints nothing when they are gone.
#[rustfmt::skip]
pub(crate) const RECORDS: &[(&str, &str, &str)] = &[
    ("the account", ":", "! getent passwd cafe24"),
    ("the group", ":", "! getent group cafe24"),
    ("subordinate ids", ":", "! grep cafe24 /etc/subuid /etc/subgid"),
    ("the home", "touch ~/x; mkdir -p ~/a/b; ln -s /etc ~/l", "! ls -d /home/cafe24 2>/dev/null"),
    ("a cron job", "echo '* * * * * id' | crontab -", "! ls /var/spool/cron/crontabs/cafe24 2>/dev/null"),
    ("an at job", "echo id | at now + 1 hour 2>/dev/null", "atq; find /var/spool/cron -uid $U"),
    ("a batch job", "echo id | batch 2>/dev/null; sleep 1; :", "atq; find /var/spool/cron -uid $U"),
    ("linger", "sudo -n loginctl enable-linger cafe24", "! ls /var/lib/systemd/linger/cafe24 2>/dev/null"),
    ("mail", "sudo -n install -o cafe24 /dev/null /var/mail/cafe24", "! ls /var/mail/cafe24 2>/dev/null"),
    ("sudo's time stamp", "sudo -n install -D /dev/null /run/sudo/ts/cafe24", "! ls /run/sudo/ts/cafe24 2>/dev/null"),
    ("sudo's lecture", "sudo -n install -D /dev/null /var/lib/sudo/lectured/$(id -u)", "! ls /var/lib/sudo/lectured/* 2>/dev/null"),
    ("faillock's tally", "sudo -n install -D -o cafe24 /dev/null /run/faillock/cafe24", "! ls /run/faillock/cafe24 2>/dev/null"),
    ("an account service's record", "sudo -n install -D /dev/null /var/lib/AccountsService/users/cafe24", "! ls /var/lib/AccountsService/users/cafe24 2>/dev/null; rmdir /var/lib/AccountsService/users /var/lib/AccountsService"),
    ("System V shared memory", "ipcmk -M 4096", "ipcs -m -c | grep 60578; :"),
    ("System V semaphores", "ipcmk -S 2", "ipcs -s -c | grep 60578; :"),
    ("a System V message queue", "ipcmk -Q", "ipcs -q -c | grep 60578; :"),
    ("a POSIX message queue", "touch /dev/mqueue/engineer", "! ls /dev/mqueue/engineer 2>/dev/null"),
    ("POSIX shared memory", "touch /dev/shm/engineer /dev/shm/sem.engineer", "! ls /dev/shm/*engineer 2>/dev/null"),
    ("the runtime folder", "touch /run/user/$(id -u)/x", "! ls -d /run/user/$U 2>/dev/null"),
    ("his systemd", "systemd-run --user --quiet sleep 5001", "! pgrep -u $U; ! systemctl list-units --all --no-legend | grep $U"),
    ("logind's records", ":", "! grep -rls \"UID=$U\" /run/systemd/sessions"),
    ("our units", ":", "! systemctl list-unit-files --no-legend | grep support-access; ls /etc/systemd/system/*/support-access* /etc/systemd/system/support-access* /var/lib/systemd/timers/*support-access* 2>/dev/null; :"),
    ("our files", ":", "ls -d /etc/sudoers.d/zz-* /var/lib/support-access /usr/local/sbin/support-access /run/support-access* 2>/dev/null; :"),
];

const ORDER: &str = "echo '* * * * * root id' >t; sudo -n mkdir -p $(dirname PATH); \
    sudo -n install -o cafe24 -m 644 t PATH; rm t";
const WORK: &str =
    "sudo -n install -d -m 777 $(dirname PATH); sudo -n chown root: $(dirname PATH); touch PATH";

/// Files: where, how they come to be, and what must become of them.
#[rustfmt::skip]
pub(crate) const FILES: &[(&str, &str, Kind)] = &[
    ("/tmp/mine", "mkdir -p PATH/deep; touch PATH/deep/x", Kind::Gone),
    ("/var/tmp/mine", "mkdir -p PATH/deep; touch PATH/deep/x", Kind::Gone),
    ("/dev/shm/mine", "mkdir -p PATH/deep; touch PATH/deep/x", Kind::Gone),
    ("/tmp/older", ":", Kind::Kept),
    ("/srv/older", ":", Kind::Kept),
    ("/etc/cron.d/engineer", ORDER, Kind::Orders),
    ("/etc/cron.daily/engineer", ORDER, Kind::Orders),
    ("/var/spool/cron/crontabs/root", ORDER, Kind::Orders),
    ("/etc/sudoers.d/engineer", ORDER, Kind::Orders),
    ("/etc/systemd/system/engineer.service", ORDER, Kind::Orders),
    ("/etc/systemd/system/ssh.service.d/engineer.conf", ORDER, Kind::Orders),
    ("/usr/lib/systemd/system/engineer.service", ORDER, Kind::Orders),
    ("/etc/profile.d/engineer.sh", ORDER, Kind::Orders),
    ("/etc/pam.d/engineer", ORDER, Kind::Orders),
    ("/etc/udev/rules.d/engineer.rules", ORDER, Kind::Orders),
    ("/etc/modprobe.d/engineer.conf", ORDER, Kind::Orders),
    ("/etc/ld.so.conf.d/engineer.conf", ORDER, Kind::Orders),
    ("/etc/init.d/engineer", ORDER, Kind::Orders),
    ("/etc/apt/apt.conf.d/engineer", ORDER, Kind::Orders),
    ("/usr/local/bin/engineer", ORDER, Kind::Orders),
    ("/usr/local/sbin/engineer", ORDER, Kind::Orders),
    ("/usr/sbin/engineer", ORDER, Kind::Orders),
    ("/root/.bash_aliases", ORDER, Kind::Orders),
    ("/root/.ssh/engineer", ORDER, Kind::Orders),
    ("/srv/deploy/.ssh/authorized_keys", ORDER, Kind::Orders),
    ("/home/victim/.ssh/authorized_keys2", ORDER, Kind::Orders),
    ("/home/victim/.rhosts", ORDER, Kind::Orders),
    ("/run/other-disk", "echo content >t; sudo -n install -o cafe24 t PATH; rm t", Kind::Vanishes),
    ("/run/fifo", "sudo -n mkfifo PATH; sudo -n chown cafe24 PATH", Kind::Vanishes),
    ("/etc/link", "sudo -n ln -s /srv/older PATH; sudo -n chown -h cafe24 PATH", Kind::Orders),
    ("/etc/engineer.d/file", "sudo -n install -d -o cafe24 /etc/engineer.d; echo x >PATH", Kind::Orders),
    ("/etc/engineer.d", ":", Kind::Vanishes),
    ("/etc/conf.d", "sudo -n install -d -o cafe24 PATH; sudo -n touch PATH/roots", Kind::Kept),
    ("/etc/conf.d/roots", ":", Kind::Others("root:root 644")),
    ("/srv/site/page", WORK, Kind::Work("root:root 644")),
    ("/srv/site/.htaccess", WORK, Kind::Work("root:root 644")),
    ("/srv/site/set-id", "touch PATH; chmod 6777 PATH", Kind::Work("root:root 755")),
    ("/srv/site/folder", "mkdir PATH; chmod 2777 PATH", Kind::Work("root:root 755")),
    ("/srv/site/folder/below", "touch PATH", Kind::Work("root:root 644")),
    ("/srv/site/acl", "touch PATH; chmod 600 PATH; setfacl -m u:victim:rwx PATH", Kind::Work("root:root 600")),
    ("/srv/site/default-acl", "mkdir PATH; setfacl -d -m u:victim:rwx PATH", Kind::Work("root:root 755")),
    ("/srv/site/capable", "cp /bin/true PATH; sudo -n setcap cap_net_raw+ep PATH", Kind::Work("root:root 755")),
    ("/srv/site/link", "ln -s /etc/shadow PATH", Kind::Work("root:root 777")),
    ("/srv/site/fifo", "mkfifo -m 666 PATH", Kind::Work("root:root 644")),
    ("/srv/site/customers-group", "touch PATH; chmod 664 PATH; sudo -n chgrp victim PATH", Kind::Work("root:victim 644")),
    ("/srv/site/one-of-two", "touch PATH; ln PATH /srv/site/two-of-two", Kind::Work("root:root 644")),
    ("/srv/site/two-of-two", ":", Kind::Work("root:root 644")),
    ("/srv/site/here-and-there", "touch PATH; sudo -n ln PATH /etc/cron.d/here-and-there", Kind::Work("root:root 644")),
    ("/etc/cron.d/here-and-there", ":", Kind::Orders),
    ("/srv/victims/in-anothers-folder", "sudo -n install -o cafe24 /dev/null PATH", Kind::Work("root:root 755")),
    ("/srv/victims/shared", "echo more >>PATH; sudo -n ln PATH /srv/site/victims", Kind::Others("victim:root 666")),
    ("/srv/site/victims", ":", Kind::Others("victim:root 666")),
    ("/mnt/disk/file", "sudo -n chmod 777 /mnt/disk; touch PATH; chmod 4755 PATH", Kind::Work("root:root 755")),
    ("/var/lib/docker/volumes/v/data", "sudo -n install -o cafe24 /dev/null PATH", Kind::Kept),
];
