//! The connections of a run, and what each has to do. One that makes views is given more of them before it has done
//! the last, so that the server need not wait for hcw.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use futures_util::StreamExt;
use futures_util::stream::FuturesOrdered;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio_postgres::Client;

use super::schedule::{AT_ONCE, Schedule};
use super::step::{self, Context, Outcome};
use super::{Run, StepResult};

/// The connections that are at work.
pub(super) struct Lanes {
    /// Each ends with its connection, which may be lost.
    pub(super) running: JoinSet<Option<Client>>,
    /// The steps that have ended.
    pub(super) told: UnboundedReceiver<Ended>,
    tell: UnboundedSender<Ended>,
    context: Arc<Context>,
    lanes: BTreeMap<usize, Lane>,
    /// How many there ever were.
    count: usize,
}

/// What a connection has to do.
struct Lane {
    /// Its steps; the first of them runs.
    steps: VecDeque<usize>,
    /// Where more of them go; none where the connection does one step.
    more: Option<UnboundedSender<usize>>,
}

/// What a connection tells of a step that has ended.
pub(super) struct Ended {
    lane: usize,
    pub(super) result: StepResult,
    /// Whether the connection is good for more.
    is_open: bool,
}

impl Lanes {
    pub(super) fn new(context: Context) -> Lanes {
        let (tell, told) = unbounded_channel();
        Lanes {
            running: JoinSet::new(),
            told,
            tell,
            context: Arc::new(context),
            lanes: BTreeMap::new(),
            count: 0,
        }
    }

    /// Gives a connection its first steps.
    pub(super) fn start(&mut self, run: &Run, client: Client, positions: Vec<usize>) {
        let number = self.count;
        self.count += 1;
        let mut voice = Voice {
            lane: number,
            tell: self.tell.clone(),
            started: Instant::now(),
        };
        let (plan, analysed, context) =
            (run.plan.clone(), run.analysed.clone(), self.context.clone());
        let mut lane = Lane {
            steps: VecDeque::from(positions.clone()),
            more: None,
        };
        let is_brief = |position: &usize| plan.steps[*position].is_brief();
        if let [position] = *positions
            && (run.fail_fast || !is_brief(&position))
        {
            self.running.spawn(async move {
                let step = &plan.steps[position];
                let (client, outcome) = step::run(client, step, &analysed, &context).await;
                voice.ended(position, outcome, client.as_ref());
                client
            });
        } else {
            let (more, given) = unbounded_channel();
            lane.more = Some(more);
            self.running.spawn(async move {
                let build = |position: usize| {
                    step::build(&client, &plan.steps[position], &analysed, &context)
                };
                many(&client, positions, given, build, voice).await;
                Some(client)
            });
        }
        self.lanes.insert(number, lane);
    }

    /// Gives those that will soon have nothing to do more, and lets those go that have nothing to do.
    pub(super) fn fill(&mut self, schedule: &mut Schedule) {
        let count = self.lanes.len();
        for lane in self.lanes.values_mut() {
            if lane.steps.len() > AT_ONCE / 2 {
                continue;
            }
            let Some(more) = &lane.more else { continue };
            for position in schedule.more(count) {
                // one that cannot hear has panicked, which ends the run
                if more.send(position).is_ok() {
                    lane.steps.push_back(position);
                }
            }
        }
        self.lanes.retain(|_, lane| !lane.steps.is_empty());
    }

    /// Notes that a step has ended; the one that its connection does now comes back.
    pub(super) fn ended(&mut self, ended: &Ended) -> Option<usize> {
        let lane = self.lanes.get_mut(&ended.lane)?;
        lane.steps.pop_front();
        if !ended.is_open {
            lane.more = None;
        }
        lane.steps.front().copied()
    }
}

/// How a connection tells what it has done.
struct Voice {
    lane: usize,
    tell: UnboundedSender<Ended>,
    /// When the step began.
    started: Instant,
}

impl Voice {
    fn ended(&mut self, position: usize, outcome: Outcome, client: Option<&Client>) {
        let result = StepResult {
            position,
            outcome,
            elapsed: self.started.elapsed(),
            ended_at: jiff::Timestamp::now(),
        };
        self.started = Instant::now();
        // without anyone to be told the run has ended
        let _nobody = self.tell.send(Ended {
            lane: self.lane,
            result,
            is_open: client.is_some_and(|client| !client.is_closed()),
        });
    }
}

/// Steps of a moment each: all that are known are sent before the first has ended.
async fn many<Building: Future<Output = Outcome>>(
    client: &Client,
    positions: Vec<usize>,
    mut given: UnboundedReceiver<usize>,
    build: impl Fn(usize) -> Building,
    mut voice: Voice,
) {
    let build = |position| {
        let building = build(position);
        async move { (position, building.await) }
    };
    let mut building: FuturesOrdered<_> = positions.into_iter().map(&build).collect();
    let mut is_open = true;
    loop {
        tokio::select! {
            biased;
            next = given.recv(), if is_open => match next {
                Some(position) => building.push_back(build(position)),
                None => is_open = false,
            },
            Some((position, outcome)) = building.next(), if !building.is_empty() => {
                voice.ended(position, outcome, Some(client));
            }
            else => break,
        }
    }
}
