//! Runs the tasks of a story on the workers of a cluster, ms by ms, and writes the driver's lines.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};

use super::{MESSAGE_INTERVAL, StoryCluster, StoryTask, ZERO};

const MEMORY_INTERVAL: u64 = 250;
/// From the loss of a worker until another one takes its place, in ms.
const REPLACED_AFTER: u64 = 1_000;
/// Memory of a worker that is no result.
const UNMANAGED: u64 = 80_000_000;
const STIMULUS: &str = "handle-worker-cleanup-1000.7";

#[derive(Default)]
struct SimulatedWorker {
    number: u32,
    /// Tasks that were sent and have not started, and when their data has arrived, in ms.
    waiting: VecDeque<(usize, u64)>,
    /// Tasks that are executed, and when they end, in ms.
    running: Vec<(usize, u64)>,
    /// Bytes of results, and those of them that are on disk.
    managed: u64,
    spilled: u64,
}

pub(super) struct Simulation<'a> {
    story: &'a StoryCluster,
    /// Workers by slot; none while one is replaced.
    workers: Vec<Option<SimulatedWorker>>,
    next_worker: u32,
    replaced_at: Option<(u64, usize)>,
    /// Tasks on the scheduler that can start.
    ready: VecDeque<usize>,
    /// For each task, how many results it still waits for, and how many tasks wait for its own.
    missing: Vec<usize>,
    wanted: Vec<usize>,
    /// Slots of the workers that have results.
    result_at: BTreeMap<usize, usize>,
    submitted: usize,
    next_submission: u64,
    finished: usize,
    /// Time of the finished tasks of each prefix, in ms.
    ran_ms: BTreeMap<&'static str, u64>,
    /// Time of the scheduler that is left in this ms, in µs.
    budget_us: u64,
    /// When data of tasks was fetched, in ms.
    transfers: BTreeMap<usize, (u64, u64)>,
    scheduler_us: u64,
    sent_bytes: u64,
    written_bytes: u64,
    reports: Vec<Value>,
    memory: Vec<Value>,
    pub(super) lines: Vec<Value>,
}

fn seconds(ms: u64) -> f64 {
    ZERO + ms as f64 / 1e3
}

impl<'a> Simulation<'a> {
    pub(super) fn new(story: &'a StoryCluster) -> Self {
        let count = story.tasks.len();
        let mut wanted = vec![0; count];
        for task in &story.tasks {
            task.after.iter().for_each(|before| wanted[*before] += 1);
        }
        let mut all = Self {
            story,
            workers: Vec::new(),
            next_worker: 0,
            replaced_at: None,
            ready: VecDeque::new(),
            missing: story.tasks.iter().map(|task| task.after.len()).collect(),
            wanted,
            result_at: BTreeMap::new(),
            submitted: 0,
            next_submission: 100,
            finished: 0,
            ran_ms: BTreeMap::new(),
            budget_us: 0,
            transfers: BTreeMap::new(),
            scheduler_us: 0,
            sent_bytes: 0,
            written_bytes: 0,
            reports: vec![json!({"reset": [ZERO]})],
            memory: Vec::new(),
            lines: Vec::new(),
        };
        for slot in 0..story.workers as usize {
            all.workers.push(None);
            all.add_worker(slot, 0);
        }
        all
    }

    pub(super) fn is_done(&self) -> bool {
        self.finished == self.story.tasks.len()
    }

    fn add_worker(&mut self, slot: usize, now: u64) {
        let number = self.next_worker;
        self.next_worker += 1;
        self.workers[slot] = Some(SimulatedWorker { number, ..SimulatedWorker::default() });
        let host = format!("10.0.0.{}", 6 + slot % self.story.hosts);
        let description = json!({"address": format!("tcp://{host}:{}", 4000 + number), "name": format!("w{number}"),
            "host": host, "pid": 200 + number, "threads": self.story.threads});
        self.reports.push(json!({"worker_added": [seconds(now), number, description]}));
        if let Some(cores) = self.story.cores {
            self.reports.push(json!({"host_described": [seconds(now), number, cores]}));
        }
    }

    pub(super) fn step(&mut self, now: u64) {
        self.budget_us = 1_000 + self.budget_us.min(self.story.us_for_a_task());
        if let Some(batches) = self.story.batches.filter(|batches| batches.waits && self.finished < self.submitted) {
            self.next_submission = now + batches.pause_ms;
        }
        if now == self.next_submission {
            self.submit(now);
        }
        if let Some((_, slot)) = self.replaced_at.take_if(|(at, _)| *at == now) {
            self.add_worker(slot, now);
        }
        if let Some((_, slot)) = self.story.lost.filter(|(at, _)| *at == now) {
            self.lose(slot as usize, now);
        }
        if let Some(worker) = self.stopped_worker(now) {
            worker.running.iter_mut().for_each(|(_, end)| *end += 1);
        }
        self.finish_tasks(now);
        self.send_tasks(now);
        self.start_tasks(now);
        if now.is_multiple_of(MEMORY_INTERVAL) {
            self.sample_memory(now);
        }
        if now.is_multiple_of(MESSAGE_INTERVAL) {
            self.send(now);
        }
    }

    /// The worker that is stopped at this time.
    fn stopped_worker(&mut self, now: u64) -> Option<&mut SimulatedWorker> {
        let (_, _, slot) = self.story.stopped.filter(|(from, until, _)| (*from..*until).contains(&now))?;
        self.workers[slot as usize].as_mut()
    }

    /// Submits all tasks or a batch of them, those of a prefix in a row.
    fn submit(&mut self, now: u64) {
        type Dependent<'a> = (usize, &'a [usize]);
        let (first, all) = (self.submitted, self.story.tasks.len());
        if let Some(batches) = self.story.batches {
            self.submitted = all.min(first + batches.tasks);
            self.next_submission = now + batches.pause_ms;
        } else {
            self.submitted = all;
        }
        if first == self.submitted {
            return;
        }
        let mut counts: Vec<(&str, u32, Vec<Dependent>)> = Vec::new();
        for (number, task) in self.story.tasks.iter().enumerate().take(self.submitted).skip(first) {
            match counts.last_mut() {
                Some((prefix, count, _)) if *prefix == task.prefix => *count += 1,
                _ => counts.push((task.prefix, 1, Vec::new())),
            }
            if let Some((_, _, dependent)) = counts.last_mut().filter(|_| !task.after.is_empty()) {
                dependent.push((number, &task.after));
            }
        }
        self.reports.push(json!({"submitted": [seconds(now), first, counts]}));
        self.ready.extend((first..self.submitted).filter(|task| self.missing[*task] == 0));
    }

    /// Tasks that a worker can hold.
    fn limit(&self) -> usize {
        let saturation: f64 = self.story.saturation.parse().expect("a number");
        if saturation.is_finite() { (f64::from(self.story.threads) * saturation).ceil() as usize } else { usize::MAX }
    }

    fn send_tasks(&mut self, now: u64) {
        while self.budget_us >= self.story.us_for_a_task() {
            let Some((position, slot)) = self.next_to_send() else { return };
            let task = self.ready.remove(position).expect("a ready task");
            self.budget_us -= self.story.us_for_a_task();
            let foreign = self.story.tasks[task].after.iter().any(|before| self.result_at.get(before) != Some(&slot));
            let arrived = now + if foreign { self.story.transfer_ms } else { 0 };
            self.scheduler_us += self.story.scheduler_us;
            if arrived > now {
                self.transfers.insert(task, (now, arrived));
                self.sent_bytes += self.story.tasks[task]
                    .after
                    .iter()
                    .map(|before| self.story.tasks[*before].bytes)
                    .max()
                    .unwrap_or(0);
            }
            let worker = self.workers[slot].as_mut().expect("a worker");
            worker.waiting.push_back((task, arrived));
            let number = worker.number;
            self.reports.push(json!({"sent": [seconds(now), task, number]}));
        }
    }

    /// A ready task and the slot of its worker: that of a result that it takes, or else the one with the fewest tasks.
    fn next_to_send(&self) -> Option<(usize, usize)> {
        let live = || self.workers.iter().enumerate().filter_map(|(slot, worker)| Some((slot, worker.as_ref()?)));
        let held = |worker: &SimulatedWorker| worker.waiting.len() + worker.running.len();
        let slot_of = |task: usize| match self.story.tasks[task].after.first() {
            Some(before) => self.result_at.get(before).copied().filter(|slot| self.workers[*slot].is_some()),
            None => None,
        };
        let followers = self.ready.iter().enumerate().find_map(|(n, task)| Some((n, slot_of(*task)?)));
        let free = live().min_by_key(|(_, worker)| held(worker)).filter(|(_, worker)| held(worker) < self.limit());
        followers.or_else(|| (!self.ready.is_empty()).then_some((0, free?.0)))
    }

    fn start_tasks(&mut self, now: u64) {
        for worker in self.workers.iter_mut().flatten() {
            while worker.running.len() < self.story.threads as usize {
                let Some(position) = worker.waiting.iter().position(|(_, arrived)| *arrived <= now) else { break };
                let (task, _) = worker.waiting.remove(position).expect("a task");
                worker.running.push((task, now + self.story.tasks[task].ms));
                self.reports.push(json!({"executing": [seconds(now), task, worker.number]}));
                if self.story.seceding == Some(task) {
                    self.reports.push(json!({"seceded": [seconds(now), task, worker.number]}));
                }
            }
        }
    }

    fn finish_tasks(&mut self, now: u64) {
        for slot in 0..self.workers.len() {
            let Some(worker) = self.workers[slot].as_mut() else { continue };
            let number = worker.number;
            let done: Vec<usize> =
                worker.running.extract_if(.., |(_, end)| *end <= now).map(|(task, _)| task).collect();
            for task in done {
                self.finish(task, slot, number, now);
            }
        }
    }

    fn finish(&mut self, task: usize, slot: usize, number: u32, now: u64) {
        let StoryTask { ms, bytes, after, .. } = &self.story.tasks[task];
        let transfers: Vec<_> =
            self.transfers.remove(&task).into_iter().map(|(from, to)| [seconds(from), seconds(to)]).collect();
        self.reports.push(json!({"finished": [seconds(now), task, number, seconds(now - ms), bytes, transfers]}));
        self.finished += 1;
        *self.ran_ms.entry(self.story.tasks[task].prefix).or_default() += ms;
        for before in after {
            self.wanted[*before] -= 1;
            if self.wanted[*before] == 0 {
                self.release(*before);
            }
        }
        // The client takes the results that no task takes.
        if self.wanted[task] > 0 {
            self.result_at.insert(task, slot);
            self.workers[slot].as_mut().expect("a worker").managed += bytes;
            for (next, follower) in self.story.tasks.iter().enumerate() {
                if follower.after.contains(&task) {
                    self.missing[next] -= 1;
                    if self.missing[next] == 0 {
                        self.ready.push_back(next);
                    }
                }
            }
        }
    }

    fn release(&mut self, task: usize) {
        let Some(slot) = self.result_at.remove(&task) else { return };
        if let Some(worker) = &mut self.workers[slot] {
            worker.managed -= self.story.tasks[task].bytes;
        }
    }

    /// Loses a worker without results; its tasks are ready again.
    fn lose(&mut self, slot: usize, now: u64) {
        let worker = self.workers[slot].take().expect("a worker");
        let held: Vec<usize> =
            worker.running.iter().map(|(task, _)| *task).chain(worker.waiting.iter().map(|(task, _)| *task)).collect();
        for task in held {
            let key = format!("{}-{task}", self.story.tasks[task].prefix);
            self.reports.push(json!({"returned": [seconds(now), task, key, STIMULUS]}));
            self.ready.push_back(task);
        }
        self.reports.push(json!({"worker_removed": [seconds(now), worker.number, STIMULUS]}));
        self.replaced_at = Some((now + REPLACED_AFTER, slot));
    }

    fn sample_memory(&mut self, now: u64) {
        let limit = self.story.memory_limit;
        let stopped = self.stopped_worker(now).map(|worker| worker.number);
        let since = self.story.stopped.map_or(now, |(from, ..)| from);
        for worker in self.workers.iter_mut().flatten() {
            let spilled = worker.managed.saturating_sub(limit);
            self.written_bytes += spilled.saturating_sub(worker.spilled);
            worker.spilled = spilled;
            let age = if stopped == Some(worker.number) { (now - since) as f64 / 1e3 } else { 0.2 };
            self.memory.push(json!([worker.number, worker.managed - spilled, UNMANAGED, spilled, age]));
        }
    }

    pub(super) fn send(&mut self, now: u64) {
        let (events, memory) = (std::mem::take(&mut self.reports), std::mem::take(&mut self.memory));
        let mut line = json!({"now": seconds(now), "events": events, "memory": memory});
        if now.is_multiple_of(MEMORY_INTERVAL) {
            let cpu = self.scheduler_us as f64 / 1e6;
            let delay = cpu * self.story.scheduler_delay_us as f64 / self.story.scheduler_us as f64;
            let times = self.ran_ms.iter().filter_map(|(prefix, ms)| {
                let (ran, share) = (*ms as f64 / 1e3, self.story.cpu_share?);
                Some(json!([prefix, ran * share, ran * (1.0 - share)]))
            });
            line["usage"] = json!([cpu, delay, self.sent_bytes, self.written_bytes, 0, times.collect::<Vec<_>>()]);
        }
        self.lines.push(line);
    }
}
