//! The pages. No script: links, forms, and what a browser does by itself.

use axum::response::Html;
use maud::{DOCTYPE, Markup, html};
use roamgate::RoamingStatus;
use roamgate::status::Visited;

/// Where everybody begins.
pub(super) fn welcome() -> Html<String> {
    frame(
        "Check my line",
        &html! {
            div.columns.welcome {
                div {
                    h1 { "Check my line" }
                    p.lead {
                        "Before you pay, your own phone proves your line: your mobile operator "
                        "recognises its SIM. You type nothing."
                    }
                    (check("Check my line", true))
                    p.hint {
                        strong { "Switch off Wi-Fi first. " }
                        "The check goes over mobile data: that is how your operator knows the phone."
                    }
                }
                section.panel aria-labelledby="steps" {
                    h2 #steps { "What happens" }
                    ol.steps {
                        li { strong { "We send you to your operator. " } "It asks whether it may tell us." }
                        li { strong { "You say yes or no. " } "Without your yes, we learn nothing." }
                        li { strong { "You come back here. " } "We show you what we were told." }
                    }
                    h2 { "What we learn" }
                    p { "Whether your phone is roaming, and in which country. Not your number, and not where you are in that country." }
                }
            }
        },
    )
}

/// There is no line yet.
pub(super) fn unchecked() -> Html<String> {
    frame(
        "Check your line first",
        &html! {
            div.notice.unknown {
                p.state { "Not checked" }
                h1 { "Check your line first" }
                p { "You can pay once your phone has proved your line. That takes two taps." }
            }
            (check("Check my line", true))
        },
    )
}

/// What the operator says, and what there is to pay.
pub(super) fn line(status: Option<RoamingStatus>) -> Html<String> {
    let (class, state, title) = match status {
        Some(RoamingStatus::Home) => {
            ("home", "At home", "Your phone is on its home network".to_owned())
        }
        Some(RoamingStatus::Roaming(visited)) => {
            ("away", "Roaming", format!("Your phone is roaming{}", place(visited)))
        }
        None => ("unknown", "Not known", "We do not know where your phone is".to_owned()),
    };
    frame(
        &title,
        &html! {
            div.columns {
                div class={ "notice " (class) } role="status" {
                    p.state { (state) }
                    h1 { (title) }
                    p { (meaning(status)) }
                }
                section.panel aria-labelledby="payment" {
                    h2 #payment { "Your payment" }
                    (bill())
                    form method="post" action="/pay" { button { "Pay " (AMOUNT) } }
                }
                (check("Check again", false))
            }
        },
    )
}

/// The gate let the payment through.
pub(super) fn paid(decision: &str) -> Html<String> {
    frame(
        "Paid",
        &html! {
            div.notice.home role="status" {
                p.state { "Done" }
                h1 { "You have paid " (AMOUNT) }
                p { "Thank you. The bookshop has your order." }
            }
            section.panel aria-labelledby="receipt" {
                h2 #receipt { "Your receipt" }
                (bill())
                p.fine { "Decision " code { (decision) } }
            }
            p { a href="/line" { "Back to your line" } }
        },
    )
}

/// The gate asks for more.
pub(super) fn confirm() -> Html<String> {
    frame(
        "Confirm that it is you",
        &html! {
            div.notice.away {
                p.state { "One more step" }
                h1 { "Confirm that it is you" }
                p {
                    "Your phone is away from home, or we do not know where it is. Payments then need "
                    "your confirmation. It counts for five minutes."
                }
            }
            section.panel aria-labelledby="payment" {
                h2 #payment { "Your payment" }
                (bill())
                form method="post" action="/confirm" { button { "Confirm and pay " (AMOUNT) } }
            }
            p { a href="/line" { "Do not pay" } }
        },
    )
}

/// The gate refuses.
pub(super) fn refused() -> Html<String> {
    frame(
        "This payment was refused",
        &html! {
            div.notice.refused role="status" {
                p.state { "Refused" }
                h1 { "We cannot take this payment" }
                p {
                    "Your phone is roaming outside the European Economic Area and Switzerland. We "
                    "take no payments from there. Nothing was paid."
                }
            }
            section.panel aria-labelledby="next" {
                h2 #next { "What you can do" }
                ul {
                    li { "Pay when you are back." }
                    li { "Did you just cross a border? Networks need some minutes to notice. Check again." }
                    li { "You are not travelling? Then call us: somebody may be using your number." }
                }
                (check("Check again", false))
            }
            p { a href="/line" { "Back to your line" } }
        },
    )
}

/// The form that begins a check, and comes back to the page of the line.
fn check(label: &str, is_first: bool) -> Markup {
    html! {
        form method="post" action="/line-check" {
            input type="hidden" name="returnTo" value="/line";
            button.second[!is_first] { (label) }
        }
    }
}

fn bill() -> Markup {
    html! {
        dl {
            div { dt { "To" } dd { "Corner Bookshop" } }
            div { dt { "For" } dd { "Order 2041" } }
            div.sum { dt { "Amount" } dd { (AMOUNT) } }
        }
    }
}

fn meaning(status: Option<RoamingStatus>) -> &'static str {
    match status {
        Some(RoamingStatus::Home) => "Everything is as usual. You can pay.",
        Some(RoamingStatus::Roaming(_)) => {
            "From the European Economic Area and from Switzerland you can pay, once you have \
             confirmed that it is you. From elsewhere you cannot."
        }
        None => {
            "Your operator knows your SIM, and does not say where it is right now. You can pay, once \
             you have confirmed that it is you."
        }
    }
}

/// ` in Germany`, ` in Martinique or St Martin`, or nothing.
fn place(Visited { countries, .. }: Visited) -> String {
    let names: Vec<_> = countries.iter().map(|country| country.name()).collect();
    match names.split_last() {
        None => String::new(),
        Some((only, [])) => format!(" in {only}"),
        Some((last, others)) => format!(" in {} or {last}", others.join(", ")),
    }
}

fn frame(title: &str, content: &Markup) -> Html<String> {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Corner Pay" }
                link rel="stylesheet" href="/style.css";
            }
            body {
                header { a.brand href="/" { "Corner Pay" } }
                main { (content) }
                footer { p { "An example. The operator runs on this machine, and nothing is paid." } }
            }
        }
    };
    Html(page.into_string())
}

const AMOUNT: &str = "€42.00";
