//! Commands of the viewer: kill, suspend, resume, cancel.

use nix::sys::signal::Signal;

use super::Executor;
use crate::engine::Command;
use crate::engine::lane_run::LaneStage;
use crate::event::{Event, LaneId, Nanos, WorkerId};

impl Executor {
    pub(super) fn handle_command(&mut self, command: Command) {
        // Wait for pending spawns: a command applies to all processes of a lane.
        self.wait_for_spawns_while(|_| true);
        let now = self.epoch.now();
        match command {
            Command::Kill(lane, worker) => self.kill_worker(now, lane, worker),
            Command::Suspend(lane) => self.set_suspended(now, lane, true),
            Command::Resume(lane) => self.set_suspended(now, lane, false),
            Command::SuspendAll => self.suspend_all(now),
            Command::ResumeAll => {
                for lane in std::mem::take(&mut self.suspended_by_all) {
                    self.set_suspended(now, lane, false);
                }
            }
            Command::Cancel => self.cancel_run(now),
        }
        // The viewer sees the effect at once.
        let _ = self.reader_trigger.write(1);
    }

    fn kill_worker(&mut self, now: Nanos, lane: LaneId, worker: WorkerId) {
        let Some(lane) = self.lanes.get(lane.index()) else { return };
        if let Some(pid) = lane.worker_pid(worker) {
            let stamped = lane.stamp_event(now, Event::WorkerKilled { worker });
            match lane.interpreter().filter(|interpreter| *interpreter != pid) {
                Some(interpreter) => self.children.kill_worker_of(interpreter, pid),
                None => self.children.signal_process(pid, Signal::SIGKILL),
            }
            self.outbox.push(stamped);
        }
    }

    fn set_suspended(&mut self, now: Nanos, lane: LaneId, suspended: bool) {
        let Some(lane) = self.lanes.get_mut(lane.index()) else { return };
        if lane.stage != LaneStage::Running || lane.suspended == suspended {
            return;
        }
        lane.suspended = suspended;
        let (signal, event) = if suspended {
            (Signal::SIGSTOP, Event::LaneSuspended {})
        } else {
            (Signal::SIGCONT, Event::LaneResumed {})
        };
        lane.pids().for_each(|pid| self.children.signal_process(pid, signal));
        let stamped = lane.stamp_event(now, event);
        self.outbox.push(stamped);
    }

    fn suspend_all(&mut self, now: Nanos) {
        let running = self.lanes.iter().filter(|lane| lane.stage == LaneStage::Running && !lane.suspended);
        let lanes: Vec<LaneId> = running.map(|lane| lane.id).collect();
        for lane in &lanes {
            self.set_suspended(now, *lane, true);
        }
        self.suspended_by_all.extend(lanes);
        let _ = self.all_suspended.send(());
    }

    /// Ends the run: kills its processes and abandons their tasks.
    pub(super) fn cancel_run(&mut self, now: Nanos) {
        for lane in &mut self.lanes {
            lane.cancelled = true;
            if lane.stage == LaneStage::Waiting {
                lane.start(now, &mut self.outbox);
            }
            lane.pids().for_each(|pid| self.children.signal_process(pid, Signal::SIGKILL));
            lane.end_lane_if_done(now, &mut self.outbox);
        }
    }
}
