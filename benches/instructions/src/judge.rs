//! What is said of a count beside the recorded one.

use std::fmt;

use crate::callgrind::Measured;

/// By how much a path may grow.
#[derive(Debug, PartialEq)]
pub(crate) enum Terms {
    /// Counted by the same compiler for the same machine.
    Same,
    /// Another compiler makes other code.
    OtherCompiler { recorded: String, here: String },
    /// Other instructions: there is nothing to compare.
    OtherMachine { recorded: String, here: String },
}

#[derive(Debug)]
pub(crate) struct Verdict {
    measured: Measured,
    recorded: Option<f64>,
    allowed: Option<f64>,
}

impl Terms {
    /// Of what was recorded, and of what is here: the compiler and the machine.
    pub(crate) fn between(recorded: (&str, &str), here: (&str, &str)) -> Self {
        let pair = |recorded: &str, here: &str| (recorded.to_owned(), here.to_owned());
        if recorded.1 != here.1 {
            let (recorded, here) = pair(recorded.1, here.1);
            Self::OtherMachine { recorded, here }
        } else if recorded.0 != here.0 {
            let (recorded, here) = pair(recorded.0, here.0);
            Self::OtherCompiler { recorded, here }
        } else {
            Self::Same
        }
    }

    /// In parts of a hundred. None where nothing is compared.
    fn allowed(&self) -> Option<f64> {
        match self {
            Self::Same => Some(5.0),
            Self::OtherCompiler { .. } => Some(15.0),
            Self::OtherMachine { .. } => None,
        }
    }
}

impl fmt::Display for Terms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same => write!(f, "compared with counts.txt: a path may grow by 5 %"),
            Self::OtherCompiler { recorded, here } => write!(
                f,
                "counts.txt was recorded by `{recorded}`, this is `{here}`: a path may grow by 15 %, not 5 %"
            ),
            Self::OtherMachine { recorded, here } => {
                write!(f, "NOT CHECKED: counts.txt was recorded for `{recorded}`, this is `{here}`")
            }
        }
    }
}

impl Verdict {
    pub(crate) fn of(measured: &Measured, recorded: Option<f64>, terms: &Terms) -> Self {
        Self { measured: *measured, recorded, allowed: terms.allowed() }
    }

    pub(crate) fn fails(&self) -> bool {
        let Some(allowed) = self.allowed else { return false };
        self.change().is_none_or(|change| change > allowed)
    }

    /// What has to be done, if anything.
    pub(crate) fn complaint(&self) -> Option<String> {
        let Measured { name, count } = self.measured;
        let (allowed, record) = (self.allowed?, "`cargo run --release -- --record`");
        let Some((recorded, change)) = self.recorded.zip(self.change()) else {
            return Some(format!("error: `{name}` is not in counts.txt: {record} records it"));
        };
        if change > allowed {
            return Some(format!(
                "error: `{name}` has grown by {change:.1} %, beyond {allowed} %: \
                 {recorded:.1} instructions are recorded, {count:.1} were measured"
            ));
        }
        (change < -allowed).then(|| {
            format!(
                "hint: `{name}` has shrunk by {:.1} %, from {recorded:.1} to {count:.1} instructions: \
                 {record} keeps it there",
                -change
            )
        })
    }

    /// In parts of a hundred.
    fn change(&self) -> Option<f64> {
        self.recorded.map(|recorded| (self.measured.count / recorded - 1.0) * 100.0)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Measured { name, count } = self.measured;
        write!(f, "{name:<28} {count:>10.1}")?;
        match self.recorded.zip(self.change()) {
            Some((recorded, change)) => write!(f, "   recorded {recorded:>10.1}  {change:>+6.1} %"),
            None => write!(f, "   not recorded"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(count: f64, recorded: Option<f64>, terms: &Terms) -> Verdict {
        Verdict::of(&Measured { name: "gate_hit", count }, recorded, terms)
    }

    fn other_compiler() -> Terms {
        Terms::between(("rustc 1", "x"), ("rustc 2", "x"))
    }

    #[test]
    fn a_path_that_grows_beyond_five_in_a_hundred_fails_by_name() {
        let grown = verdict(106.0, Some(100.0), &Terms::Same);
        assert!(grown.fails());
        assert_eq!(
            grown.complaint().unwrap(),
            "error: `gate_hit` has grown by 6.0 %, beyond 5 %: \
             100.0 instructions are recorded, 106.0 were measured"
        );
        assert!(!verdict(104.9, Some(100.0), &Terms::Same).fails());
    }

    #[test]
    fn a_path_that_shrinks_is_to_be_recorded() {
        let shrunk = verdict(90.0, Some(100.0), &Terms::Same);
        assert!(!shrunk.fails());
        assert!(shrunk.complaint().unwrap().starts_with("hint: `gate_hit` has shrunk by 10.0 %"));
        assert_eq!(verdict(96.0, Some(100.0), &Terms::Same).complaint(), None);
    }

    #[test]
    fn a_path_that_is_not_recorded_fails() {
        let unknown = verdict(90.0, None, &Terms::Same);
        assert!(unknown.fails());
        assert!(unknown.complaint().unwrap().starts_with("error: `gate_hit` is not in counts.txt"));
    }

    #[test]
    fn another_compiler_is_given_more_room() {
        assert!(!verdict(114.0, Some(100.0), &other_compiler()).fails());
        assert!(verdict(116.0, Some(100.0), &other_compiler()).fails());
    }

    #[test]
    fn counts_of_another_machine_are_not_compared() {
        let terms = Terms::between(("rustc 1", "x"), ("rustc 2", "y"));
        assert!(terms.to_string().starts_with("NOT CHECKED: "));
        let verdict = verdict(1_000.0, Some(100.0), &terms);
        assert!(!verdict.fails() && verdict.complaint().is_none());
    }
}
