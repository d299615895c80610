# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_support_access_global_optspecs
	string join \n json lang= policy= signers= key= expires= extend= from= account= port= sudo= ticket= public= no-verify dry-run h/help V/version delete audit
end

function __fish_support_access_needs_command
	# Figure out if the current invocation already has a command.
	set -l cmd (commandline -opc)
	set -e cmd[1]
	argparse -s (__fish_support_access_global_optspecs) -- $cmd 2>/dev/null
	or return
	if set -q argv[1]
		# Also print the command, so this can be used to figure out what it is.
		echo $argv[1]
		return 1
	end
	return 0
end

function __fish_support_access_using_subcommand
	set -l cmd (__fish_support_access_needs_command)
	test -z "$cmd"
	and return 1
	contains -- $cmd[1] $argv
end

complete -c support-access -n "__fish_support_access_needs_command" -l lang -d 'language of the output' -r -f -a "en\t''
ko\t''"
complete -c support-access -n "__fish_support_access_needs_command" -l policy -d 'the provider\'s policy (an https URL must be signed)' -r -F
complete -c support-access -n "__fish_support_access_needs_command" -l signers -d 'keys that may sign the policy, as in allowed_signers(5)' -r -F
complete -c support-access -n "__fish_support_access_needs_command" -l key -d 'a public key to let in; may be repeated' -r -F
complete -c support-access -n "__fish_support_access_needs_command" -l expires -d 'how long, such as 90m, 24h or 3d' -r
complete -c support-access -n "__fish_support_access_needs_command" -l extend -d 'make an open access this much longer' -r
complete -c support-access -n "__fish_support_access_needs_command" -l from -d 'addresses or networks that the engineer comes from' -r
complete -c support-access -n "__fish_support_access_needs_command" -l account -d 'name of the account' -r -f -a "(__fish_complete_users)"
complete -c support-access -n "__fish_support_access_needs_command" -l port -d 'the port that sshd listens on, if support agreed to it' -r
complete -c support-access -n "__fish_support_access_needs_command" -l sudo -d 'whether the engineer may become root' -r -f -a "none\t''
full\t''"
complete -c support-access -n "__fish_support_access_needs_command" -l ticket -d 'your support ticket, for receipt and log' -r
complete -c support-access -n "__fish_support_access_needs_command" -l public -d 'where it is reached from outside, for the receipt (port forwarding)' -r
complete -c support-access -n "__fish_support_access_needs_command" -l json -d 'one JSON document instead of text'
complete -c support-access -n "__fish_support_access_needs_command" -l no-verify -d 'do not prove that the engineer would get in'
complete -c support-access -n "__fish_support_access_needs_command" -l dry-run -d 'say what would happen, change nothing'
complete -c support-access -n "__fish_support_access_needs_command" -s h -l help -d 'this page; after a command, the page of that command'
complete -c support-access -n "__fish_support_access_needs_command" -s V -l version -d 'version'
complete -c support-access -n "__fish_support_access_needs_command" -l delete -d 'the same as delete'
complete -c support-access -n "__fish_support_access_needs_command" -l audit -d 'the same as audit'
complete -c support-access -n "__fish_support_access_needs_command" -f -a "grant" -d 'Opens access for technical support for a limited time'
complete -c support-access -n "__fish_support_access_needs_command" -f -a "delete" -d 'Ends support access now'
complete -c support-access -n "__fish_support_access_needs_command" -f -a "audit" -d 'Shows what support access is open here, for whom, until when, and what on this server differs from its record'
complete -c support-access -n "__fish_support_access_needs_command" -f -a "doctor" -d 'Says why a login with a key is refused'
complete -c support-access -n "__fish_support_access_needs_command" -f -a "check" -d 'Tries a login from this machine with the system\'s ssh, step by step (name, route, TCP, SSH, host key, key file, user, session), and says in one sentence where it ends and what to do'
complete -c support-access -n "__fish_support_access_needs_command" -f -a "key" -d 'Looks at SSH key files'
complete -c support-access -n "__fish_support_access_using_subcommand grant" -l lang -d 'language of the output' -r -f -a "en\t''
ko\t''"
complete -c support-access -n "__fish_support_access_using_subcommand grant" -l policy -d 'the provider\'s policy (an https URL must be signed)' -r -F
complete -c support-access -n "__fish_support_access_using_subcommand grant" -l signers -d 'keys that may sign the policy, as in allowed_signers(5)' -r -F
complete -c support-access -n "__fish_support_access_using_subcommand grant" -l key -d 'a public key to let in; may be repeated' -r -F
complete -c support-access -n "__fish_support_access_using_subcommand grant" -l expires -d 'how long, such as 90m, 24h or 3d' -r
complete -c support-access -n "__fish_support_access_using_subcommand grant" -l extend -d 'make an open access this much longer' -r
complete -c support-access -n "__fish_support_access_using_subcommand grant" -l from -d 'addresses or networks that the engineer comes from' -r
complete -c support-access -n "__fish_support_access_using_subcommand grant" -l account -d 'name of the account' -r -f -a "(__fish_complete_users)"
complete -c support-access -n "__fish_support_access_using_subcommand grant" -l port -d 'the port that sshd listens on, if support agreed to it' -r
complete -c support-access -n "__fish_support_access_using_subcommand grant" -l sudo -d 'whether the engineer may become root' -r -f -a "none\t''
full\t''"
complete -c support-access -n "__fish_support_access_using_subcommand grant" -l ticket -d 'your support ticket, for receipt and log' -r
complete -c support-access -n "__fish_support_access_using_subcommand grant" -l public -d 'where it is reached from outside, for the receipt (port forwarding)' -r
complete -c support-access -n "__fish_support_access_using_subcommand grant" -l json -d 'one JSON document instead of text'
complete -c support-access -n "__fish_support_access_using_subcommand grant" -l no-verify -d 'do not prove that the engineer would get in'
complete -c support-access -n "__fish_support_access_using_subcommand grant" -l dry-run -d 'say what would happen, change nothing'
complete -c support-access -n "__fish_support_access_using_subcommand grant" -s h -l help -d 'this page; after a command, the page of that command'
complete -c support-access -n "__fish_support_access_using_subcommand delete" -l lang -d 'language of the output' -r -f -a "en\t''
ko\t''"
complete -c support-access -n "__fish_support_access_using_subcommand delete" -l policy -d 'also look for accounts of the provider\'s earlier script' -r -F
complete -c support-access -n "__fish_support_access_using_subcommand delete" -l signers -d 'keys that may sign the policy, as in allowed_signers(5)' -r -F
complete -c support-access -n "__fish_support_access_using_subcommand delete" -l json -d 'one JSON document instead of text'
complete -c support-access -n "__fish_support_access_using_subcommand delete" -l dry-run -d 'say what would happen, change nothing'
complete -c support-access -n "__fish_support_access_using_subcommand delete" -s h -l help -d 'this page; after a command, the page of that command'
complete -c support-access -n "__fish_support_access_using_subcommand audit" -l lang -d 'language of the output' -r -f -a "en\t''
ko\t''"
complete -c support-access -n "__fish_support_access_using_subcommand audit" -l policy -d 'also look for accounts of the provider\'s earlier script' -r -F
complete -c support-access -n "__fish_support_access_using_subcommand audit" -l signers -d 'keys that may sign the policy, as in allowed_signers(5)' -r -F
complete -c support-access -n "__fish_support_access_using_subcommand audit" -l json -d 'one JSON document instead of text'
complete -c support-access -n "__fish_support_access_using_subcommand audit" -s h -l help -d 'this page; after a command, the page of that command'
complete -c support-access -n "__fish_support_access_using_subcommand doctor" -l lang -d 'language of the output' -r -f -a "en\t''
ko\t''"
complete -c support-access -n "__fish_support_access_using_subcommand doctor" -l account -d 'the account that is signed in to; that of the open access otherwise' -r -f -a "(__fish_complete_users)"
complete -c support-access -n "__fish_support_access_using_subcommand doctor" -l from -d 'where the login comes from; the open access\'s otherwise' -r
complete -c support-access -n "__fish_support_access_using_subcommand doctor" -l key -d 'public half of the key that is refused; repeatable' -r -F
complete -c support-access -n "__fish_support_access_using_subcommand doctor" -l port -d 'the port that is knocked on; 22 otherwise' -r
complete -c support-access -n "__fish_support_access_using_subcommand doctor" -l json -d 'one JSON document instead of text'
complete -c support-access -n "__fish_support_access_using_subcommand doctor" -l fix -d 'make the changes that are safe and can be taken back, each shown first; never sshd\'s configuration, PAM or a firewall'
complete -c support-access -n "__fish_support_access_using_subcommand doctor" -l list -d 'print all causes that are known'
complete -c support-access -n "__fish_support_access_using_subcommand doctor" -s h -l help -d 'this page; after a command, the page of that command'
complete -c support-access -n "__fish_support_access_using_subcommand check" -l lang -d 'language of the output' -r -f -a "en\t''
ko\t''"
complete -c support-access -n "__fish_support_access_using_subcommand check" -s i -l key -d 'the private key; what ssh takes by itself otherwise' -r -F
complete -c support-access -n "__fish_support_access_using_subcommand check" -l receipt -d 'the customer\'s receipt: then no other argument is needed' -r
complete -c support-access -n "__fish_support_access_using_subcommand check" -l via -d 'the outer address and port that are forwarded to the server' -r
complete -c support-access -n "__fish_support_access_using_subcommand check" -l json -d 'one JSON document instead of text'
complete -c support-access -n "__fish_support_access_using_subcommand check" -l fix -d 'make the changes on this machine that are safe, each shown first'
complete -c support-access -n "__fish_support_access_using_subcommand check" -s h -l help -d 'this page; after a command, the page of that command'
complete -c support-access -n "__fish_support_access_using_subcommand key" -l lang -d 'language of the output' -r -f -a "en\t''
ko\t''"
complete -c support-access -n "__fish_support_access_using_subcommand key" -l to -d 'openssh, ppk (PuTTY), ppk2 (PuTTY before 0.75), pem or public' -r -f -a "openssh\t''
ppk\t''
ppk2\t''
pem\t''
public\t''"
complete -c support-access -n "__fish_support_access_using_subcommand key" -l out -d 'where the converted key goes; beside the old one otherwise' -r -F
complete -c support-access -n "__fish_support_access_using_subcommand key" -l comment -d 'comment of a new key; USER@HOST otherwise' -r
complete -c support-access -n "__fish_support_access_using_subcommand key" -l json -d 'one JSON document instead of text'
complete -c support-access -n "__fish_support_access_using_subcommand key" -l force -d 'write over a file that stands there'
complete -c support-access -n "__fish_support_access_using_subcommand key" -l new-passphrase -d 'ask for another passphrase for the converted key'
complete -c support-access -n "__fish_support_access_using_subcommand key" -l no-passphrase -d 'write the key without a passphrase'
complete -c support-access -n "__fish_support_access_using_subcommand key" -s h -l help -d 'this page; after a command, the page of that command'
