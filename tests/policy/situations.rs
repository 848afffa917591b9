//! What people are shown is what is decided.

use roamgate::Policy;
use roamgate::policy::{Assurance, Circumstances, Combination, Domain, Situation};

/// More combinations than these are looked at here and there.
const LOOKED_AT: usize = 40;

fn is_met(situation: &Situation, facts: &Combination<'_>) -> bool {
    let label = |fact: &str| facts.labels().find(|(name, _)| ***name == *fact).unwrap().1;
    let holds = |range: &roamgate::policy::FactRange| range.values.contains(label(&range.fact));
    situation.when.iter().any(|ranges| ranges.iter().all(holds))
}

#[test]
fn every_point_of_the_shipped_policies_is_in_one_situation_with_its_answer() {
    // `group-baseline` has millions of points, and `login-shadow` all kinds of them.
    for name in ["high-value-transfers", "login-shadow", "payments-eea", "streaming"] {
        look_at(&Policy::from_path(format!("policies/{name}.yaml")).unwrap());
    }
}

fn look_at(policy: &Policy) {
    for class in policy.classes() {
        let situations = policy.situations(class, &Assurance::NONE).unwrap();
        let domain = Domain::of_class(policy, class).rolled_out();
        let step = domain.combinations().count().div_ceil(LOOKED_AT);
        for facts in domain.combinations().step_by(step) {
            let met: Vec<_> = situations.iter().filter(|found| is_met(found, &facts)).collect();
            let [situation] = met[..] else { panic!("{} situations at one point", met.len()) };
            let around = Circumstances::from(&Assurance::NONE).facts(facts.attributes());
            assert!(situation.needs_line || !policy.needs_line(class, around));
            for state in situation.states.iter().filter(|state| facts.admits(state.line)) {
                let verdict = policy.decide(class, state.line, around);
                let decided = (verdict.effect, &verdict.rule, verdict.reason);
                let mut told =
                    state.answers.iter().map(|found| (found.effect, &found.rule, found.reason));
                assert!(told.any(|told| told == decided), "{}: {decided:?}", state.name);
                assert!(state.answers.len() == 1 || !situation.depends_on.is_empty());
            }
        }
    }
}

#[test]
fn a_class_without_facts_has_one_situation_which_is_always_met() {
    let policy = Policy::from_path("policies/payments-eea.yaml").unwrap();
    let class = policy.class_by_name("payments").unwrap();
    let [situation] = &policy.situations(class, &Assurance::NONE).unwrap()[..] else {
        panic!("one situation")
    };
    assert_eq!((situation.when.len(), situation.when[0].len()), (1, 0));
    assert!(situation.states.iter().all(|state| state.answers.len() == 1));
}
