//! What valgrind watches.

use std::hint::black_box;

/// How a pass is made: [`counted`], or [`plainly`] while everything gets warm.
pub(crate) type Pass = fn(&mut dyn FnMut());

/// From the call of this function to its return, instructions are collected.
#[inline(never)]
pub(crate) fn counted(work: &mut dyn FnMut()) {
    work();
    // Something has to follow. A call at the very end is a jump, and this function left before it.
    black_box(());
}

/// The same, and nothing is collected.
pub(crate) fn plainly(work: &mut dyn FnMut()) {
    work();
}

/// The name under which valgrind knows it.
pub(crate) const COUNTED: &str = concat!(module_path!(), "::counted");
