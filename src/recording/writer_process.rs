//! The process that writes a recording.

use procfs::process::Process;

use crate::event::codec::WriterProcess;
use crate::system::boot::boot_id;
use crate::system::pid_namespace::is_proc_of_own_namespace;

/// This process; none if `/proc` does not show it.
pub(super) fn this_process() -> Option<WriterProcess> {
    let stat = Process::myself().and_then(|process| process.stat()).ok().filter(|_| is_proc_of_own_namespace())?;
    Some(WriterProcess { pid: stat.pid as u32, start_ticks: stat.starttime, boot_id: boot_id()? })
}

/// Whether the process is seen to live. It is not seen from another pid namespace.
pub(super) fn is_alive(writer: &WriterProcess) -> bool {
    let stat = Process::new(writer.pid as i32).and_then(|process| process.stat());
    let is_same = stat.is_ok_and(|stat| stat.starttime == writer.start_ticks && !['Z', 'X'].contains(&stat.state));
    is_same && boot_id().is_some_and(|boot| boot == writer.boot_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_alive_until_it_ends_and_is_not_another_one_with_its_pid() {
        let own = this_process().unwrap();
        assert!(is_alive(&own));
        assert!(!is_alive(&WriterProcess { start_ticks: own.start_ticks + 1, ..own.clone() }));
        assert!(!is_alive(&WriterProcess { boot_id: "another".into(), ..own.clone() }));
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let start_ticks = Process::new(child.id() as i32).unwrap().stat().unwrap().starttime;
        let writer = WriterProcess { pid: child.id(), start_ticks, ..own };
        child.wait().unwrap();
        assert!(!is_alive(&writer));
    }
}
