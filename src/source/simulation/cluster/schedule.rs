//! Schedules a graph of tasks on the workers of a cluster, in virtual time.
//!
//! As Dask does it: tasks that need no results, or the same few as many others, start on whichever thread is free. The
//! others start on a worker that has a result they need. They start in the recorded order, and not before the program
//! submits them. Tasks that compute share the cores.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// Wall time from which Dask moves a waiting task to an idle worker: its balancing has this interval, in ns.
const STEALING_INTERVAL: f64 = 1e8;
/// Number of tasks per thread above which Dask leaves those that need the same few results to any worker.
const QUEUED_PER_THREAD: u32 = 2;
/// Classes of tasks by their share of CPU time, which is rounded to one of them.
const CLASSES: usize = 17;

/// A task. Tasks are numbered in the order of their recorded starts.
#[derive(Clone, Debug)]
pub(super) struct GraphTask {
    pub(super) wall_ns: f64,
    /// Share of CPU time in its wall time.
    pub(super) cpu_share: f64,
    /// The tasks whose results it needs.
    pub(super) after: Vec<u32>,
    /// Number of tasks of its prefix if these need only few results in all, otherwise 0.
    pub(super) alike: u32,
}

/// Tasks that the program submits together, after those of another submission.
#[derive(Clone, Debug)]
pub(super) struct Submission {
    pub(super) tasks: Vec<u32>,
    /// The tasks whose ends the program waits for after the other submission.
    pub(super) after: Vec<u32>,
    /// Time from the other submission or the last of these ends, whichever is later, in ns.
    pub(super) delay: f64,
}

/// Times between tasks, in ns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delays {
    /// From the first submission to the first start.
    pub(super) first_start: f64,
    /// Of a thread between two tasks, in which its worker and the scheduler compute.
    pub(super) between_tasks: f64,
    /// Of a thread between two tasks, in which results of other workers are fetched.
    pub(super) fetching: f64,
    /// From the end of the last task whose result is needed, or a later submission, to the start on an idle thread.
    pub(super) latency: f64,
}

/// What tasks run on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    pub(super) workers: u32,
    pub(super) threads_per_worker: u32,
    /// Tasks from the scheduler's queue that a worker holds at most, those that run included.
    pub(super) slots: u32,
    /// Cores of all workers; none if unknown: they are then free.
    pub(super) cores: Option<f64>,
    /// Cores that the scheduler uses of them.
    pub(super) background: f64,
    /// Wall time of tasks on workers with even and with odd numbers, as a multiple of the recorded one.
    pub(super) slowness: [f64; 2],
}

/// Returns the time from the first submission to the end of the last task, in ns. `later` are the other submissions, in
/// their order.
pub(super) fn makespan(tasks: &[GraphTask], later: &[Submission], delays: Delays, setting: Setting) -> f64 {
    let mut schedule = Schedule::new(tasks, later, delays, setting);
    schedule.dispatch();
    while schedule.unfinished > 0 && schedule.step() {}
    schedule.last_end
}

/// Threads that are busy with tasks of a class, or between two tasks.
#[derive(Default)]
struct Class {
    /// Time in which each of its threads has been advanced, in ns.
    progress: f64,
    /// Progress at which threads are done, in ns, with worker and task; none between two tasks.
    ends: BinaryHeap<Reverse<(u64, u32, Option<u32>)>>,
}

#[derive(Clone, Default)]
struct Worker {
    free: u32,
    executing: u32,
    /// Tasks that can start, and number of those that are on their way.
    ready: BTreeSet<u32>,
    arriving: u32,
}

impl Worker {
    /// Number of tasks that it has.
    fn load(&self) -> u32 {
        self.executing + self.ready.len() as u32 + self.arriving
    }
}

struct Schedule<'a> {
    tasks: &'a [GraphTask],
    /// Numbered after the tasks.
    later: &'a [Submission],
    delays: Delays,
    setting: Setting,
    now: f64,
    last_end: f64,
    unfinished: usize,
    /// For each task and submission, how many others it waits for, and those that wait for it.
    missing: Vec<u32>,
    followers: Vec<Vec<u32>>,
    /// For each task, the worker that has its result.
    place: Vec<u32>,
    /// Tasks that can start on any worker.
    queued: BTreeSet<u32>,
    /// Tasks that can start from a time in ns on, and the worker; none for any. Submissions with their time.
    arrivals: BinaryHeap<Reverse<(u64, u32, Option<u32>)>>,
    workers: Vec<Worker>,
    classes: Vec<Class>,
}

impl<'a> Schedule<'a> {
    fn new(tasks: &'a [GraphTask], later: &'a [Submission], delays: Delays, setting: Setting) -> Self {
        let mut missing = vec![0; tasks.len() + later.len()];
        let mut followers = vec![Vec::new(); missing.len()];
        let mut wait = |number: usize, before: u32| {
            missing[number] += 1;
            followers[before as usize].push(number as u32);
        };
        for (number, task) in tasks.iter().enumerate() {
            task.after.iter().for_each(|before| wait(number, *before));
        }
        for (number, submission) in (tasks.len()..).zip(later) {
            submission.after.iter().for_each(|before| wait(number, *before));
            submission.tasks.iter().for_each(|task| wait(*task as usize, number as u32));
            if number > tasks.len() {
                wait(number, number as u32 - 1);
            }
        }
        let worker = Worker { free: setting.threads_per_worker, ..Worker::default() };
        let mut schedule = Self {
            tasks,
            later,
            delays,
            setting,
            now: 0.0,
            last_end: 0.0,
            unfinished: tasks.len(),
            queued: (0..tasks.len() as u32).filter(|task| missing[*task as usize] == 0).collect(),
            missing,
            followers,
            place: vec![0; tasks.len()],
            arrivals: BinaryHeap::new(),
            workers: vec![worker; setting.workers.max(1) as usize],
            classes: (0..CLASSES).map(|_| Class::default()).collect(),
        };
        if schedule.missing.get(tasks.len()) == Some(&0) {
            schedule.send(tasks.len() as u32);
        }
        schedule.now = delays.first_start;
        schedule
    }

    /// Sends queued tasks to the workers with the fewest, up to their slots.
    fn dispatch(&mut self) {
        let threads = self.setting.workers.saturating_mul(self.setting.threads_per_worker);
        while let Some(task) = self.queued.first().copied() {
            // Dask queues only tasks of which there are many.
            let is_queued = self.tasks[task as usize].alike > threads.saturating_mul(QUEUED_PER_THREAD);
            let loads = self.workers.iter().map(Worker::load).enumerate();
            let worker = loads.min_by_key(|(number, load)| (*load, *number));
            let Some((worker, _)) = worker.filter(|(_, load)| *load < self.setting.slots || !is_queued) else { return };
            self.queued.remove(&task);
            self.workers[worker].ready.insert(task);
            if self.workers[worker].free > 0 {
                self.start_next(worker);
            }
        }
    }

    fn start(&mut self, worker: usize, task: u32) {
        self.workers[worker].free -= 1;
        self.workers[worker].executing += 1;
        let GraphTask { wall_ns, cpu_share, .. } = self.tasks[task as usize];
        self.occupy(worker, wall_ns * self.setting.slowness[worker % 2], cpu_share, Some(task));
    }

    fn occupy(&mut self, worker: usize, ns: f64, cpu_share: f64, task: Option<u32>) {
        let class = &mut self.classes[(cpu_share.clamp(0.0, 1.0) * (CLASSES - 1) as f64).round() as usize];
        class.ends.push(Reverse(((class.progress + ns).round() as u64, worker as u32, task)));
    }

    /// Advances to the next end or arrival. False if there is none.
    fn step(&mut self) -> bool {
        let share = |class: usize| class as f64 / (CLASSES - 1) as f64;
        let busy = self.classes.iter().enumerate().map(|(n, class)| share(n) * class.ends.len() as f64).sum::<f64>();
        let slowdown = self.setting.cores.map_or(1.0, |cores| ((busy + self.setting.background) / cores).max(1.0));
        let ns_per_progress = |class: usize| 1.0 - share(class) + share(class) * slowdown;
        let until_end = self.classes.iter().enumerate().filter_map(|(n, class)| {
            let Reverse((end, ..)) = class.ends.peek()?;
            Some((*end as f64 - class.progress) * ns_per_progress(n))
        });
        let until_arrival = self.arrivals.peek().map(|Reverse((at, ..))| *at as f64 - self.now);
        let Some(step) = until_end.chain(until_arrival).min_by(f64::total_cmp).map(|step| step.max(0.0)) else {
            return false;
        };
        self.now += step;
        for (n, class) in self.classes.iter_mut().enumerate() {
            class.progress += step / ns_per_progress(n);
        }
        for class in 0..CLASSES {
            let limit = self.classes[class].progress + 0.5;
            while let Some(Reverse((_, worker, task))) =
                pop_if(&mut self.classes[class].ends, |(end, ..)| *end as f64 <= limit)
            {
                self.thread_done(worker as usize, task);
            }
        }
        let now = self.now + 0.5;
        while let Some(Reverse((_, task, worker))) = pop_if(&mut self.arrivals, |(at, ..)| *at as f64 <= now) {
            self.arrived(worker.map(|worker| worker as usize), task);
        }
        true
    }

    fn thread_done(&mut self, worker: usize, task: Option<u32>) {
        let Some(task) = task else {
            self.workers[worker].free += 1;
            return self.start_next(worker);
        };
        self.workers[worker].executing -= 1;
        self.place[task as usize] = worker as u32;
        self.unfinished -= 1;
        self.last_end = self.now;
        // The thread is not free at once.
        let Delays { between_tasks, fetching, .. } = self.delays;
        let both = between_tasks + fetching;
        self.occupy(worker, both, between_tasks / both.max(1.0), None);
        self.send_followers(task);
        self.dispatch();
    }

    /// Sends the tasks and makes the submissions that waited only for this one.
    fn send_followers(&mut self, number: u32) {
        for follower in std::mem::take(&mut self.followers[number as usize]) {
            let missing = &mut self.missing[follower as usize];
            *missing -= 1;
            if *missing == 0 {
                self.send(follower);
            }
        }
    }

    /// Sends a task to the least busy of the workers that have a result it needs, or leaves it to any. A submission is
    /// made after its delay.
    fn send(&mut self, task: u32) {
        let Some(GraphTask { after, alike, .. }) = self.tasks.get(task as usize) else {
            let Submission { delay, .. } = self.later[task as usize - self.tasks.len()];
            return self.arrivals.push(Reverse(((self.now + delay).round() as u64, task, None)));
        };
        let load = |worker: &u32| (self.workers[*worker as usize].load(), *worker);
        let holders = after.iter().map(|before| self.place[*before as usize]);
        let threads = self.setting.workers.saturating_mul(self.setting.threads_per_worker);
        let worker = holders.min_by_key(load).filter(|_| *alike <= threads.saturating_mul(QUEUED_PER_THREAD));
        if let Some(worker) = worker {
            self.workers[worker as usize].arriving += 1;
        }
        self.arrivals.push(Reverse(((self.now + self.delays.latency).round() as u64, task, worker)));
    }

    fn arrived(&mut self, worker: Option<usize>, task: u32) {
        if task as usize >= self.tasks.len() {
            return self.send_followers(task);
        }
        let Some(worker) = worker else {
            self.queued.insert(task);
            return self.dispatch();
        };
        self.workers[worker].arriving -= 1;
        self.workers[worker].ready.insert(task);
        let others = (0..self.workers.len()).filter(|_| self.can_move(task));
        let is_free = |worker: &usize| self.workers[*worker].free > 0;
        let idle = others.max_by_key(|worker| self.workers[*worker].free);
        if let Some(worker) = Some(worker).filter(is_free).or(idle.filter(is_free)) {
            self.start_next(worker);
        }
    }

    fn can_move(&self, task: u32) -> bool {
        self.tasks[task as usize].wall_ns >= STEALING_INTERVAL
    }

    /// Starts the first task in order that a free thread of a worker may take.
    fn start_next(&mut self, worker: usize) {
        let own = self.workers[worker].ready.pop_first();
        let next = own.or_else(|| self.take_from_others());
        if let Some(task) = next {
            self.start(worker, task);
        }
    }

    /// Takes the last task of the worker with the most waiting tasks, if it takes long enough.
    fn take_from_others(&mut self) -> Option<u32> {
        let longest = (0..self.workers.len()).max_by_key(|worker| self.workers[*worker].ready.len())?;
        let last = self.workers[longest].ready.last().copied().filter(|task| self.can_move(*task))?;
        self.workers[longest].ready.remove(&last);
        Some(last)
    }
}

fn pop_if<T: Ord>(heap: &mut BinaryHeap<Reverse<T>>, condition: impl FnOnce(&T) -> bool) -> Option<Reverse<T>> {
    heap.peek().is_some_and(|Reverse(first)| condition(first)).then(|| heap.pop()).flatten()
}
