//! What is decided while the clock runs.

use std::path::Path;

use roamgate::Policy;
use roamgate::policy::{Domain, RequestClass};
use roamgate::replay::{Entry, Question, Replayer};

use crate::exit::Failure;
use crate::{log, moment};

/// Requests, and how many were left out.
#[derive(Default)]
pub(super) struct Traffic {
    pub(super) questions: Vec<(Option<String>, Question)>,
    /// Records that do not say enough.
    pub(super) left_out: usize,
}

/// So many questions of a class are plenty: one more tells nothing new.
const MOST: usize = 20_000;

/// Every state of a line with values of every fact, spread evenly where there are too many.
pub(super) fn all(policy: &Policy) -> Traffic {
    let now = moment::or_present(None);
    let of_class = |class: RequestClass| {
        let domain = Domain::of_class(policy, class).rolled_out();
        let name = policy.class_name(class).map(ToString::to_string);
        let states: Vec<_> = domain.states().iter().map(|(_, line)| *line).collect();
        let combinations = (domain.size() / states.len().max(1) as u128).min(usize::MAX as u128);
        let step = (combinations as usize).div_ceil((MOST / states.len().max(1)).max(1)).max(1);
        let questions: Vec<_> = domain
            .combinations()
            .step_by(step)
            .flat_map(|combination| {
                let facts = combination.attributes().clone();
                let lines =
                    states.clone().into_iter().filter(move |line| combination.admits(*line));
                lines.map(move |line| Question::new(class, line, facts.clone(), now))
            })
            .map(|question| (name.clone(), question))
            .collect();
        questions
    };
    Traffic { questions: policy.classes().into_iter().flat_map(of_class).collect(), left_out: 0 }
}

/// What was recorded, in the order in which it came.
pub(super) fn recorded(policy: &Policy, path: &Path) -> Result<Traffic, Failure> {
    let (mut traffic, mut replayer) = (Traffic::default(), Replayer::new(policy));
    for entry in log::read(path)? {
        let (_, Entry::Decision(record)) = entry? else { continue };
        // What was refused for its form was no question about a line.
        let asked = record.fault.is_none().then(|| replayer.question(&record));
        match asked {
            Some(Ok(question)) => {
                let name = policy.class_name(question.class()).map(ToString::to_string);
                traffic.questions.push((name, question));
            }
            Some(Err(_)) | None => traffic.left_out += 1,
        }
    }
    Ok(traffic)
}
