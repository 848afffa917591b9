//! `roamgate explain`: one decision, spelled out.

pub(crate) mod human;
mod json;
mod question;
mod recorded;

use std::path::PathBuf;
use std::time::SystemTime;

use clap::Args;
use roamgate::Policy;
use roamgate::policy::{Assurance, Circumstances, Explanation, Hostile, RequestClass};

use crate::exit::{Exit, Failure};
use crate::{Format, moment, policies, screen};
use question::{Asked, Setting, State};

/// Spell out one decision: each rule, its outcome and its grounds
///
/// Exits 0 whatever the effect.
#[derive(Args)]
pub(crate) struct Explain {
    /// Policy files and folders, judged as one set. A decision on record can do without.
    #[arg(short, long, required_unless_present = "decision", num_args = 1.., value_name = "PATH")]
    policy: Vec<PathBuf>,
    #[command(flatten)]
    asked: Asked,
    /// What is known of the line: `home`, `home:ES`, `roaming`, `roaming:BR`, `roaming:BL,GF`,
    /// `mcc:340`, `unknown:timeout`.
    #[arg(long, value_name = "STATE", value_parser = State::parse, required_unless_present = "decision", conflicts_with = "decision")]
    line: Option<State>,
    /// The decision log that has the decision.
    #[arg(long, value_name = "FILE", requires = "decision")]
    log: Option<PathBuf>,
    /// The value of a free fact: `request.amountEur=250`, `subject.groups=a,b`, `line.age=10m`,
    /// `line.changed=1h|never|unknown`, `time=in|out`, `rollout=in|out`. A fact that is not set is missing.
    #[arg(long, value_name = "FACT=VALUE", value_parser = Setting::parse, conflicts_with = "decision")]
    set: Vec<Setting>,
    /// The moment that counts as now: RFC 3339, or a date.
    #[arg(long, value_name = "T", value_parser = moment::parse)]
    now: Option<SystemTime>,
    /// How the decision is written.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What a policy says of a request.
enum Answer {
    /// It is decided.
    Decided { route: Option<String>, explanation: Explanation },
    /// It is refused with 400, whatever the rules say.
    Refused(Hostile),
}

impl Explain {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        if let (Some(id), Some(log)) = (&self.asked.decision, &self.log) {
            return recorded::explain(id, log, &self.policy, self.format);
        }
        let Some(line) = &self.line else { return Err(Failure::usage("`--line` is missing")) };
        let policy = policies::load(&self.policy)?;
        let answer = match self.asked.class(&policy)? {
            Ok(class) => self.decided(&policy, class, line)?,
            Err(hostile) => Answer::Refused(hostile),
        };
        match self.format {
            Format::Human => {
                screen::print(&human::spell_out(&self.asked, line, &answer, policy.hash()))?
            }
            Format::Json => screen::print_json(&json::Document::new(&answer, policy.hash()))?,
        }
        Ok(Exit::Fine)
    }

    fn decided(
        &self,
        policy: &Policy,
        class: RequestClass,
        line: &State,
    ) -> Result<Answer, Failure> {
        let facts = question::facts(line, &self.set, policy)?;
        let assurance = Assurance { now: moment::or_present(self.now), ..Assurance::NONE };
        let around = Circumstances::from(&assurance).facts(&facts);
        let explanation = policy.explain(class, line.line, around);
        let route = policy.class_name(class).map(ToString::to_string);
        Ok(Answer::Decided { route, explanation })
    }
}
