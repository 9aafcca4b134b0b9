//! What watching costs.

use procfs::process::Process;

use crate::event::Event;
use crate::system::clock;

/// CPU time of mpviz so far and the most memory it has held (`VmHWM`; 0 where it cannot be read).
pub(super) fn measure() -> Event {
    let status = Process::myself().and_then(|me| me.status());
    let peak_kib = status.ok().and_then(|status| status.vmhwm).unwrap_or(0);
    Event::ObserverMeasured { cpu_ns: clock::process_cpu(), peak_bytes: peak_kib * 1024 }
}
