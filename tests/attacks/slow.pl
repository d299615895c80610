# slow.pl COMMAND...: runs a command (not what it starts) so that it waits before each call that
# names a file. Between a look and what follows from it, others get the time of many swaps.
use strict;
use POSIX ();

my $arm = (POSIX::uname())[4] eq "aarch64";
my ($ptrace, $wait4) = $arm ? (117, 260) : (101, 61);
# openat, mkdirat, newfstatat, unlinkat, renameat, linkat, readlinkat, renameat2
my %slow = map { $_ => 1 } 257, 258, 262, 263, 264, 265, 267, 316;
my ($traceme, $cont, $regs) = (0, 24, 12);

my $pid = fork;
if (!$pid) {
    syscall($ptrace, $traceme, 0, 0, 0);
    exec @ARGV;
    die "$ARGV[0]: $!";
}
# Perl's own waitpid does not tell that a child was stopped.
sub wait_for_it {
    my $status = "\0" x 4;
    syscall($wait4, $pid, $status, 0, 0) > 0 or die "wait4: $!";
    return unpack("L", $status);
}

my ($signal, $entry) = (0, 0);
wait_for_it();
for (;;) {
    syscall($ptrace, $cont, $pid, 0, $signal) == 0 or die "ptrace: $!";
    my $status = wait_for_it();
    exit(POSIX::WEXITSTATUS($status)) if POSIX::WIFEXITED($status);
    exit(128 + POSIX::WTERMSIG($status)) if POSIX::WIFSIGNALED($status);
    $signal = POSIX::WSTOPSIG($status);
    next if $signal != POSIX::SIGTRAP();
    $signal = 0;
    $entry = !$entry;
    next if !$entry;
    my $state = "\0" x 512;
    # The number of the call, where the kernel gives it this easily.
    if (!$arm) {
        syscall($ptrace, $regs, $pid, 0, $state);
        next if !$slow{ unpack("q", substr($state, 120, 8)) };
    }
    select(undef, undef, undef, 0.0005 + 0.001 * rand);
}
