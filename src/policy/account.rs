//! The name of the account that support signs in with.

use std::fmt;
use std::str::FromStr;

use super::plain::quoted;

crate::words! {
    /// Why a text is not the name of a support account.
    AccountProblem {
        Malformed { name: String } =>
            "`{name}` is not an account name: allowed are 1 to 31 characters, a lower-case letter first, then lower-case letters, digits and `-`",
            "`{name}`: 계정 이름으로 쓸 수 없습니다. 소문자로 시작하고 소문자, 숫자, `-`만으로 된 1~31자여야 합니다";
        Reserved { name: String } =>
            "`{name}` belongs to the operating system or its image: support gets an account of its own, for example `cafe24`",
            "`{name}`: 운영체제가 쓰는 계정입니다. 지원 전용 계정 이름을 쓰십시오(예: `cafe24`)";
    }
}

/// Accounts that distributions, their cloud images or their packages make, and groups of power whose
/// name `useradd` would take for the account's own group.
const RESERVED: &str = "
    root toor rocky centos ubuntu almalinux alma debian ec2-user cloud-user cloudlinux fedora opc
    oracle admin administrator azureuser core vagrant amazon arch alpine gentoo opensuse suse rhel
    redhat freebsd bitnami ansible user guest pi
    nobody nogroup nfsnobody daemon bin sys sync adm lp mail news uucp operator games ftp man proxy
    www-data www backup list irc gnats halt shutdown dbus messagebus sshd ssh sudo wheel staff users
    tty disk kmem dialout fax voice cdrom floppy tape audio video plugdev input kvm render sgx utmp
    shadow src sasl crontab cron at systemd polkitd polkit rpc rpcuser rpcbind statd tss unbound
    chrony ntp syslog klog uuidd tcpdump landscape pollinate fwupd-refresh lxd lxc docker podman
    libvirt libvirt-qemu qemu snapd snap avahi avahi-autoipd colord geoclue pulse rtkit saned usbmux
    gdm lightdm sddm whoopsie kernoops speech-dispatcher cups cups-pk-helper hplip nm-openvpn
    nm-openconnect dnsmasq bind named postfix postdrop exim dovecot dovenull opendkim mysql mariadb
    postgres postgresql redis mongodb memcached rabbitmq elasticsearch apache apache2 httpd nginx
    tomcat php-fpm php jenkins git gitlab-runner zabbix nagios prometheus grafana node haproxy squid
    vsftpd proftpd sssd abrt cockpit-ws setroubleshoot pcp stapusr tape clevis insights saslauth
    rngd pesign pipewire flatpak gluster radvd ceph hacluster keepalived
";

/// The name of a support account: valid everywhere, and no account of the system's own.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct AccountName(String);

impl AccountName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountName {
    type Err = AccountProblem;

    fn from_str(name: &str) -> Result<Self, AccountProblem> {
        let mut bytes = name.bytes();
        let well_formed = name.len() <= 31
            && bytes.next().is_some_and(|b| b.is_ascii_lowercase())
            && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !well_formed {
            return Err(AccountProblem::Malformed { name: quoted(name) });
        }
        if name.starts_with("systemd-") || RESERVED.split_whitespace().any(|r| r == name) {
            return Err(AccountProblem::Reserved { name: name.to_owned() });
        }
        Ok(Self(name.to_owned()))
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

super::serde_as_text!(AccountName);

#[cfg(test)]
mod tests {
    use super::{AccountName, AccountProblem};

    #[test]
    fn names() {
        for name in ["cafe24", "a", "support-1", &"a".repeat(31)] {
            assert_eq!(name.parse::<AccountName>().unwrap().as_str(), name);
        }
        for name in [
            "",
            "1a",
            "-a",
            "Cafe",
            "a_b",
            "a.b",
            "a b",
            "a\n",
            "카페",
            "a:b",
            "a$",
            &"a".repeat(32),
        ] {
            let problem = name.parse::<AccountName>().unwrap_err();
            assert!(matches!(problem, AccountProblem::Malformed { .. }), "{name:?}: {problem:?}");
            assert!(!problem.to_string().contains('\n'));
        }
        for name in
            "root rocky centos ubuntu almalinux debian ec2-user cloud-user fedora opc admin azureuser core vagrant nobody daemon bin sys systemd-network sudo wheel"
                .split(' ')
        {
            let problem = name.parse::<AccountName>().unwrap_err();
            assert!(matches!(problem, AccountProblem::Reserved { .. }), "{name}: {problem:?}");
        }
    }
}
