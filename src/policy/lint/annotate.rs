//! W123: consent for the prevention of fraud, used for something else.

use super::{Lints, in_force};
use crate::document::Finding;
use crate::policy::asking::Purpose;
use crate::policy::load::File;

pub(super) fn check(at: usize, file: &File, lints: &mut Lints) {
    let annotates_only = in_force(file).all(|rule| rule.annotation.is_some());
    let is_fraud = |purpose: &&Purpose| purpose.name.to_lowercase().contains("fraud");
    let mut purposes = file.askings.iter().filter_map(|asking| asking.purpose.as_ref());
    if annotates_only
        && in_force(file).next().is_some()
        && let Some(purpose) = purposes.find(is_fraud)
    {
        let message =
            format!("the policy asks in the name of `{}`, and only annotates", purpose.name);
        let help = "customers consent for a purpose: name the one this serves, such as `dpv:RequestedServiceProvision`";
        lints.about_file(at, Finding::warning("W123", purpose.place, message).help(help));
    }
}
