//! A guide for people who write policies, and for those who live with their answers.
//!
//! Read in this order:
//!
//! 1. [`first_policy`]: from a sentence to a policy that is tested, reviewed, watched and in force.
//! 2. [`language`]: every key, and how a decision comes about.
//! 3. [`recipes`]: sentences that security teams say, each with its policy and what customers see.
//! 4. [`errors`]: what each code means, and the way out.
//! 5. [`for_app_developers`]: what refused clients are told, and what they should do.
//! 6. [`aggregators`]: whom to ask where a line is: presets, what to add, how to try.
//! 7. [`decision_log`]: every decision on record, why a customer was refused, and what another policy
//!    would have decided.
//! 8. [`metrics`]: every metric, the alarms worth having and what to do, and traces; [`health`]: what orchestrators ask.
//! 9. [`operations`]: what the gate tells at night, what to do about it, and what to set up before.
//! 10. [`data_protection`]: what is kept of whom, where, for how long, and how it is erased.
#![cfg_attr(
    all(feature = "frontend", feature = "sandbox"),
    doc = "11. [`line_check`]: the customer's own phone proves the line: the page, the Wi-Fi trap, apps without a browser."
)]
#![cfg_attr(
    all(feature = "frontend", feature = "sandbox"),
    doc = "12. [`samples`]: each sample that aggregators publish, and how the same is done here without its faults."
)]
//!
//! Every policy in the guide is loaded by the project's tests, and every table of answers is held
//! against it.

#[doc = include_str!("first_policy.md")]
pub mod first_policy {}

#[doc = include_str!("language.md")]
pub mod language {}

#[doc = include_str!("recipes.md")]
pub mod recipes {}

#[doc = include_str!("errors.md")]
pub mod errors {}

#[doc = include_str!("for_app_developers.md")]
pub mod for_app_developers {}

#[doc = include_str!("aggregators.md")]
pub mod aggregators {}

#[doc = include_str!("decision_log.md")]
pub mod decision_log {}

#[doc = include_str!("metrics.md")]
pub mod metrics {}

#[doc = include_str!("health.md")]
pub mod health {}
#[doc = include_str!("operations.md")]
pub mod operations {}

#[doc = include_str!("data_protection.md")]
pub mod data_protection {}

#[cfg(all(feature = "frontend", feature = "sandbox"))]
#[doc = include_str!("line_check.md")]
pub mod line_check {}

#[cfg(all(feature = "frontend", feature = "sandbox"))]
#[doc = include_str!("samples.md")]
pub mod samples {}
