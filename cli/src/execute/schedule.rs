//! Which steps may start, as those before them end.

use std::collections::BTreeSet;

use hcw_core::plan::{Plan, Step};

/// How many steps of a moment each a connection is given at once.
pub(super) const AT_ONCE: usize = 16;

/// Which steps may start.
pub(super) struct Schedule {
    ready: BTreeSet<usize>,
    /// Those for which nothing is done.
    ready_as_they_are: BTreeSet<usize>,
    /// How many steps each still waits for.
    waiting: Vec<usize>,
    children: Vec<Vec<usize>>,
    done: Vec<bool>,
    is_reused: Vec<bool>,
    is_brief: Vec<bool>,
    /// Nothing more is started.
    pub(super) stopped: bool,
}

impl Schedule {
    pub(super) fn new(plan: &Plan) -> Schedule {
        let mut children = vec![Vec::new(); plan.steps.len()];
        for (position, step) in plan.steps.iter().enumerate() {
            for parent in &step.waits_for {
                children[*parent].push(position);
            }
        }
        let steps = &plan.steps;
        let mut schedule = Schedule {
            ready: BTreeSet::new(),
            ready_as_they_are: BTreeSet::new(),
            waiting: steps.iter().map(|step| step.waits_for.len()).collect(),
            children,
            done: vec![false; steps.len()],
            is_reused: steps.iter().map(Step::is_reused).collect(),
            is_brief: steps.iter().map(Step::is_brief).collect(),
            stopped: false,
        };
        for position in 0..steps.len() {
            if schedule.waiting[position] == 0 {
                schedule.make_ready(position);
            }
        }
        schedule
    }

    fn make_ready(&mut self, position: usize) {
        let ready = match self.is_reused[position] {
            true => &mut self.ready_as_they_are,
            false => &mut self.ready,
        };
        ready.insert(position);
    }

    /// A step that has ended as soon as it is ready, since nothing is done for it.
    pub(super) fn reused(&mut self) -> Option<usize> {
        let position = (self.ready_as_they_are.pop_first()).filter(|_| !self.stopped)?;
        self.ended(position, false);
        Some(position)
    }

    /// What one of so many idle connections does next: a step, or several of a moment each, so that it need not wait
    /// for hcw between them. None of them waits for another.
    pub(super) fn next(&mut self, idle: usize, is_one_by_one: bool) -> Vec<usize> {
        if self.stopped {
            return Vec::new();
        }
        let most = if is_one_by_one { 1 } else { AT_ONCE };
        let share = self.share(idle, most);
        match self.ready.first() {
            Some(first) if !self.is_brief[*first] => self.ready.pop_first().into_iter().collect(),
            _ => self.brief(share),
        }
    }

    /// What one of so many connections, which makes views, does after what it was given.
    pub(super) fn more(&mut self, connections: usize) -> Vec<usize> {
        if self.stopped {
            return Vec::new();
        }
        let share = self.share(connections, AT_ONCE / 2);
        self.brief(share)
    }

    fn share(&self, connections: usize, most: usize) -> usize {
        self.ready.len().div_ceil(connections.max(1)).min(most)
    }

    /// So many steps of a moment, as long as they come first.
    fn brief(&mut self, count: usize) -> Vec<usize> {
        let mut positions = Vec::new();
        while positions.len() < count
            && let Some(next) = self.ready.first().copied()
            && self.is_brief[next]
        {
            self.ready.remove(&next);
            positions.push(next);
        }
        positions
    }

    /// Notes an end; the steps that can never start now are returned.
    pub(super) fn ended(&mut self, position: usize, failed: bool) -> Vec<usize> {
        self.done[position] = true;
        if !failed {
            for child in std::mem::take(&mut self.children[position]) {
                self.waiting[child] -= 1;
                if self.waiting[child] == 0 && !self.done[child] {
                    self.make_ready(child);
                }
            }
            return Vec::new();
        }
        let mut skipped = BTreeSet::new();
        let mut stack = vec![position];
        while let Some(position) = stack.pop() {
            for child in &self.children[position] {
                if !self.done[*child] && skipped.insert(*child) {
                    stack.push(*child);
                }
            }
        }
        for position in &skipped {
            self.done[*position] = true;
        }
        skipped.into_iter().collect()
    }

    /// Steps that have neither ended nor been skipped.
    pub(super) fn left(&self) -> Vec<usize> {
        (0..self.done.len())
            .filter(|position| !self.done[*position])
            .collect()
    }
}
