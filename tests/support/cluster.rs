//! Builds what the driver of a Dask cluster writes, deterministically: a cluster whose tasks have given durations.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use std::collections::{BTreeMap, VecDeque};

use mpviz::event::codec::{RecordingHeader, encode};
use mpviz::event::{CorePolicy, Event, LaneId, Machine, Nanos, Run, StampedEvent, WatchedProgram};
use mpviz::model::Model;
use mpviz::source::dask::message::Message;
use mpviz::source::dask::translator::Translator;
use serde_json::{Value, json};

use super::story::MS;

pub mod examples;

/// Time of the scheduler at time zero, in s.
const ZERO: f64 = 1_000.0;
const MESSAGE_INTERVAL: u64 = 50;
const MEMORY_INTERVAL: u64 = 250;
/// From the loss of a worker until another one takes its place, in ms.
const REPLACED_AFTER: u64 = 1_000;
/// Memory of a worker that is no result.
const UNMANAGED: u64 = 80_000_000;
const PID: u32 = 4100;
const STIMULUS: &str = "handle-worker-cleanup-1000.7";

/// A task of a cluster.
#[derive(Clone, Debug)]
pub struct StoryTask {
    pub prefix: &'static str,
    pub ms: u64,
    /// Size of its result.
    pub bytes: u64,
    /// Tasks whose results it takes.
    pub after: Vec<usize>,
}

impl StoryTask {
    pub fn new(prefix: &'static str, ms: u64, bytes: u64) -> Self {
        Self { prefix, ms, bytes, after: Vec::new() }
    }
}

/// A cluster and the tasks that its client submits at 100 ms.
#[derive(Clone, Debug)]
pub struct StoryCluster {
    pub workers: u32,
    pub threads: u32,
    pub saturation: &'static str,
    pub tasks: Vec<StoryTask>,
    /// Time of the scheduler for a task that it sends, in µs.
    pub scheduler_us: u64,
    /// Time of fetching a result from another worker, in ms.
    pub transfer_ms: u64,
    /// Size of a worker's results from which they are spilled.
    pub memory_limit: u64,
    /// Cores that each worker reports of its host, and whether all are on one host.
    pub cores: Option<u32>,
    pub one_host: bool,
    /// Share of CPU time in the time of tasks that workers report.
    pub cpu_share: Option<f64>,
    /// A worker that is lost: time in ms and number.
    pub lost: Option<(u64, u32)>,
    /// End of the observation, in ms.
    pub end: u64,
}

impl StoryCluster {
    pub fn new(workers: u32, threads: u32, tasks: Vec<StoryTask>) -> Self {
        Self {
            workers,
            threads,
            saturation: "1.1",
            tasks,
            scheduler_us: 200,
            transfer_ms: 0,
            memory_limit: u64::MAX,
            cores: None,
            one_host: false,
            cpu_share: None,
            lost: None,
            end: 30_000,
        }
    }

    /// The events of the observation, which ends when all tasks are done, or at its end.
    pub fn events(&self) -> Vec<StampedEvent> {
        let hello = json!({"hello": {"time": ZERO, "pid": PID, "version": "2026.8.0", "saturation": self.saturation,
            "address": "tcp://10.0.0.5:8786"}});
        let hello = message(&hello).hello.expect("a hello");
        let mut translator = Translator::new(hello, LaneId(0), 0);
        let in_run = |at: Nanos, event| StampedEvent { at, lane: None, event };
        let mut events = vec![in_run(0, Event::RunStarted(Box::new(run())))];
        for line in self.lines() {
            let at = translator.translate(message(&line));
            events.append(&mut translator.take_events());
            events.push(in_run(at, Event::Drained { taken: Vec::new() }));
        }
        let at = translator.end();
        events.append(&mut translator.take_events());
        events.extend([Event::RunEnded {}, Event::Drained { taken: Vec::new() }].map(|event| in_run(at, event)));
        events
    }

    /// The lines of the driver after its first.
    pub fn lines(&self) -> Vec<Value> {
        let mut simulation = Simulation::new(self);
        let mut now = 0;
        while now < self.end && !simulation.is_done() {
            simulation.step(now);
            now += 1;
        }
        simulation.send(now + MESSAGE_INTERVAL);
        simulation.lines
    }

    /// The model `ms` after the beginning.
    pub fn model_at(&self, ms: u64) -> Model {
        let mut model = Model::new();
        for event in self.events().iter().take_while(|event| event.at <= ms * MS) {
            model.apply(event).unwrap_or_else(|error| panic!("{error}: {event:?}"));
        }
        model
    }

    pub fn model_at_end(&self) -> Model {
        self.model_at(u64::MAX / MS)
    }

    /// The recording of the cluster, as text.
    pub fn recording(&self) -> String {
        let header = RecordingHeader { version: RecordingHeader::NEWEST_VERSION, ..RecordingHeader::default() };
        let mut text = (serde_json::to_string(&header).unwrap() + "\n").into_bytes();
        for event in self.events() {
            encode(&event, &mut text);
        }
        String::from_utf8(text).unwrap()
    }
}

fn message(line: &Value) -> Message {
    serde_json::from_str(&line.to_string()).expect("a message")
}

fn run() -> Run {
    Run {
        version: "0.1.0".into(),
        command: ["mpviz", "watch", "--dask", "tcp://10.0.0.5:8786"].map(Into::into).into(),
        machine: Machine { cores: 4, memory_bytes: 8_000_000_000, os: "Linux 6.18".into() },
        cores: CorePolicy::Shared,
        workload: None,
        rounds_per_number: 0,
        program: Some(WatchedProgram { pid: PID }),
        graph: None,
        lanes: Vec::new(),
        notes: Vec::new(),
        repeat: None,
        began_ms: None,
    }
}

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

struct Simulation<'a> {
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
    is_submitted: bool,
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
    lines: Vec<Value>,
}

fn seconds(ms: u64) -> f64 {
    ZERO + ms as f64 / 1e3
}

impl<'a> Simulation<'a> {
    fn new(story: &'a StoryCluster) -> Self {
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
            is_submitted: false,
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

    fn is_done(&self) -> bool {
        self.finished == self.story.tasks.len()
    }

    fn add_worker(&mut self, slot: usize, now: u64) {
        let number = self.next_worker;
        self.next_worker += 1;
        self.workers[slot] = Some(SimulatedWorker { number, ..SimulatedWorker::default() });
        let host = format!("10.0.0.{}", if self.story.one_host { 6 } else { 6 + slot });
        let description = json!({"address": format!("tcp://{host}:{}", 4000 + number), "name": format!("w{number}"),
            "host": host, "pid": 200 + number, "threads": self.story.threads});
        self.reports.push(json!({"worker_added": [seconds(now), number, description]}));
        if let Some(cores) = self.story.cores {
            self.reports.push(json!({"host_described": [seconds(now), number, cores]}));
        }
    }

    fn step(&mut self, now: u64) {
        self.budget_us = 1_000 + self.budget_us.min(self.story.scheduler_us);
        if now == 100 {
            self.submit(now);
        }
        if let Some((_, slot)) = self.replaced_at.take_if(|(at, _)| *at == now) {
            self.add_worker(slot, now);
        }
        if let Some((_, slot)) = self.story.lost.filter(|(at, _)| *at == now) {
            self.lose(slot as usize, now);
        }
        self.finish_tasks(now);
        self.send_tasks(now);
        self.start_tasks(now);
        if now.is_multiple_of(MEMORY_INTERVAL) {
            self.sample_memory();
        }
        if now.is_multiple_of(MESSAGE_INTERVAL) {
            self.send(now);
        }
    }

    /// Submits all tasks, those of a prefix in a row.
    fn submit(&mut self, now: u64) {
        type Dependent<'a> = (usize, &'a [usize]);
        let mut counts: Vec<(&str, u32, Vec<Dependent>)> = Vec::new();
        for (number, task) in self.story.tasks.iter().enumerate() {
            match counts.last_mut() {
                Some((prefix, count, _)) if *prefix == task.prefix => *count += 1,
                _ => counts.push((task.prefix, 1, Vec::new())),
            }
            if let Some((_, _, dependent)) = counts.last_mut().filter(|_| !task.after.is_empty()) {
                dependent.push((number, &task.after));
            }
        }
        self.reports.push(json!({"submitted": [seconds(now), 0, counts]}));
        self.ready = (0..self.story.tasks.len()).filter(|task| self.missing[*task] == 0).collect();
        self.is_submitted = true;
    }

    /// Tasks that a worker can hold.
    fn limit(&self) -> usize {
        let saturation: f64 = self.story.saturation.parse().expect("a number");
        if saturation.is_finite() { (f64::from(self.story.threads) * saturation).ceil() as usize } else { usize::MAX }
    }

    fn send_tasks(&mut self, now: u64) {
        while self.budget_us >= self.story.scheduler_us {
            let Some((position, slot)) = self.next_to_send() else { return };
            let task = self.ready.remove(position).expect("a ready task");
            self.budget_us -= self.story.scheduler_us;
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

    fn sample_memory(&mut self) {
        let limit = self.story.memory_limit;
        for worker in self.workers.iter_mut().flatten() {
            let spilled = worker.managed.saturating_sub(limit);
            self.written_bytes += spilled.saturating_sub(worker.spilled);
            worker.spilled = spilled;
            self.memory.push(json!([worker.number, worker.managed - spilled, UNMANAGED, spilled, 0.2]));
        }
    }

    fn send(&mut self, now: u64) {
        let (events, memory) = (std::mem::take(&mut self.reports), std::mem::take(&mut self.memory));
        let mut line = json!({"now": seconds(now), "events": events, "memory": memory});
        if now.is_multiple_of(MEMORY_INTERVAL) {
            let cpu = self.scheduler_us as f64 / 1e6;
            let times = self.ran_ms.iter().filter_map(|(prefix, ms)| {
                let (ran, share) = (*ms as f64 / 1e3, self.story.cpu_share?);
                Some(json!([prefix, ran * share, ran * (1.0 - share)]))
            });
            line["usage"] = json!([cpu, 0, self.sent_bytes, self.written_bytes, 0, times.collect::<Vec<_>>()]);
        }
        self.lines.push(line);
    }
}
