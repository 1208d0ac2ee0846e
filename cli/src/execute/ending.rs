//! The end of a run: what it has built is published or left in its shadow, and recorded.

use std::pin::Pin;
use std::sync::Arc;

use hcw_core::diagnostic::Diagnostic;
use hcw_core::held::Standing;
use hcw_core::materialize::Statement;
use serde_json::Value as Json;
use tokio_postgres::Client;

use super::{Run, RunReport, StepResult, held, publish, setup};
use crate::memory::{self, Changes, Counters};
use crate::report::Reporter;
use crate::session::Problems;

/// A run whose steps have all ended.
pub(super) struct Ending<'run> {
    pub(super) run: &'run Run,
    /// The connection that holds the run's locks.
    pub(super) control: Client,
    /// Those of the steps.
    pub(super) idle: Vec<Client>,
    pub(super) began: jiff::Timestamp,
    /// What stood before the run where its shadow is published to; nothing where nothing is copied from there.
    pub(super) before: Standing,
    /// What the server had counted before it.
    pub(super) counters: Counters,
    pub(super) reporter: &'run Reporter,
}

/// What is to be recorded of a run.
#[derive(Default)]
struct Noted {
    /// With what is published, or as it stands.
    now: Option<Changes>,
    /// When it is published later.
    later: Option<Changes>,
}

impl Ending<'_> {
    /// Publishes what is fit for it, records the run, and removes what nobody needs any more; the report is told. Gives
    /// the connection back.
    pub(super) async fn end(
        mut self,
        report: &mut RunReport,
        interrupt: Pin<&mut impl Future<Output = ()>>,
    ) -> Result<Client, Problems> {
        let is_audited = !report.has_failed();
        let is_published = report.is_held && is_audited && !self.run.publishes_later;
        let noted = self.note(report, is_published).await.map_err(one)?;
        let record = noted.now.as_ref().and_then(Changes::statement);
        // while the server publishes, hcw has nothing else to do
        let spent = self.spent(&report.results);
        let spent = match is_published {
            false => spent.await,
            true => {
                let (published, spent) =
                    tokio::join!(self.publish(record.as_ref(), interrupt), spent);
                let (end, client) = published?;
                self.control = client.unwrap_or(self.control);
                match end {
                    publish::End::Published => report.is_held = false,
                    publish::End::Refused(problem) | publish::End::Lost(problem) => {
                        report.problem = Some(*problem);
                    }
                    publish::End::Interrupted => report.interrupted = true,
                }
                spent
            }
        };
        if report.is_held {
            report.is_audited = is_audited;
            // a connection that is lost is told once
            let kept = self.keep(is_audited).await;
            report.problem = report.problem.take().or(kept.err());
        }
        let later = match is_published {
            true => noted.now,
            false => noted.later,
        };
        let remembered = async {
            if let (Some(record), false) = (&record, is_published) {
                // what is not recorded is built again
                let _unrecorded = self.control.batch_execute(&record.sql).await;
            }
            if let (Some(recorder), true) = (&self.run.recorder, record.is_some()) {
                recorder.tell_refused(&self.control, self.reporter).await;
            }
        };
        let removed = async {
            let Run { plan, analysed, .. } = self.run;
            match report.is_held {
                true => Ok(()),
                false => {
                    setup::remove_shadows(&self.control, &plan.shadow_schemas, &analysed.resolved)
                        .await
                }
            }
        };
        let recorded = self.record(report, spent, later);
        let ((), (), removed) = tokio::join!(remembered, recorded, removed);
        removed.map_err(one)?;
        Ok(self.control)
    }

    async fn note(&self, report: &RunReport, is_published: bool) -> Result<Noted, Diagnostic> {
        let Some(recorder) = &self.run.recorder else {
            return Ok(Noted::default());
        };
        recorder.count(&self.idle).await;
        let changes = async |is_published| {
            let of_run = (&*self.run.plan, &*self.run.analysed);
            recorder
                .changes(&self.control, of_run, &report.results, is_published)
                .await
        };
        let is_for_later = report.is_held && !report.has_failed() && !is_published;
        Ok(Noted {
            now: Some(changes(is_published).await?),
            later: match is_for_later {
                true => Some(changes(true).await?),
                false => None,
            },
        })
    }

    /// What the steps have cost, as it is recorded.
    async fn spent(&self, results: &[Arc<StepResult>]) -> Json {
        let Some(recorder) = &self.run.recorder else {
            return Json::Null;
        };
        let of_run = (&*self.run.plan, &*self.run.analysed);
        let before = (self.began, &self.counters);
        recorder.spent(self.other(), of_run, results, before).await
    }

    /// A connection that has nothing to do any more; the run's own where there is no other.
    fn other(&self) -> &Client {
        self.idle.first().unwrap_or(&self.control)
    }

    /// Publishes. Where the connection was lost and it is not known what came of it, the server is asked: by a new
    /// connection, which comes back.
    async fn publish(
        &self,
        record: Option<&Statement>,
        interrupt: Pin<&mut impl Future<Output = ()>>,
    ) -> Result<(publish::End, Option<Client>), Problems> {
        let Run { plan, analysed, .. } = self.run;
        let shadow = &analysed.resolved.shadow;
        if shadow.copied().next().is_some() {
            let now = held::standing_of(&self.control, shadow)
                .await
                .map_err(one)?;
            let meanwhile = held::written_meanwhile(shadow, &self.before, &now);
            self.reporter.diagnostics(&meanwhile);
        }
        publish::flush(&self.control).await;
        let canceller = self.idle.first();
        let canceller = canceller.map(|other| (other, &*self.run.application_name));
        let of_run = (&self.control, canceller);
        let publication = &plan.publication;
        let end = publish::publish(of_run, publication, record, interrupt, self.reporter).await;
        let publish::End::Lost(problem) = end else {
            return Ok((end, None));
        };
        let Some((client, is_published)) = publish::found_out(self.run).await else {
            return Err(one(problem.help("whether it was published is not known")));
        };
        let end = match is_published {
            true => publish::End::Published,
            false => publish::End::Refused(problem),
        };
        Ok((end, Some(client)))
    }

    /// Leaves what was built in the shadow, and says there what it is.
    async fn keep(&self, is_audited: bool) -> Result<(), Diagnostic> {
        let resolved = &self.run.analysed.resolved;
        let run_id = &resolved.project().settings().invocation_id;
        held::keep(
            &self.control,
            &resolved.shadow,
            run_id,
            is_audited,
            &self.before,
        )
        .await
    }

    /// Writes what the run has cost.
    async fn record(&self, report: &RunReport, spent: Json, later: Option<Changes>) {
        let Some(recorder) = &self.run.recorder else {
            return;
        };
        let status = match report.is_held {
            true if report.is_audited => "held",
            _ if report.has_failed() => "failed",
            _ => "success",
        };
        let ended = memory::Ended {
            results: &report.results,
            started: self.began,
            status,
            spent,
            held: later.filter(|_| report.is_held),
        };
        let of_run = (&*self.run.plan, &*self.run.analysed);
        recorder
            .finish(self.other(), of_run, &ended, self.reporter)
            .await;
    }
}

fn one(problem: Diagnostic) -> Problems {
    vec![problem]
}
