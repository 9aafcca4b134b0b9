//! The resource usage of mpviz itself.

use procfs::process::Process;

use crate::event::Event;
use crate::system::clock;

/// Returns mpviz's CPU time and peak resident memory (`VmHWM`; 0 if unreadable).
pub(super) fn measure_overhead() -> Event {
    let status = Process::myself().and_then(|me| me.status());
    let peak_kib = status.ok().and_then(|status| status.vmhwm).unwrap_or(0);
    Event::ObserverMeasured { cpu_ns: clock::process_cpu_time(), peak_bytes: peak_kib * 1024 }
}
