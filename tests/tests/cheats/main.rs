//! What a cheat tries from outside, against running programs: each case is a real attempt, which must fail for the
//! reason that `docs/cheats.md` names and leave everything as it was.
//!
//! The cases share two networks, whose nodes and vaults take longer to start than a case to run. Each case has people
//! of its own, so that what others do in the meantime changes nothing of theirs.

mod auditors;
mod buyers;
mod crashes;
mod members;
mod readers;
mod sellers;
mod table;
mod vaults;
mod world;

use std::{process::ExitCode, sync::Arc};

use anyhow::Result;
use futures::future::LocalBoxFuture;
use libtest_mimic::{Arguments, Failed, Trial};
use tokio::{runtime::Runtime, sync::OnceCell};

use world::{Pace, World};

/// How many cases run at once: nearly all of the time they wait for blocks.
const AT_ONCE: usize = 8;

type Case = for<'a> fn(&'a World) -> LocalBoxFuture<'a, Result<()>>;

macro_rules! cases {
    ($($module:ident: $($name:ident),+;)+) => {
        &[$($((concat!(stringify!($module), "::", stringify!($name)), |world| Box::pin($module::$name(world)))),+),+]
    };
}

/// Those on a network with the usual times, in which nothing runs out.
const USUAL: &[(&str, Case)] = cases! {
    members: a_stranger_is_refused_at_the_pool, a_transaction_works_once, nobody_decides_about_anothers_people;
    sellers: a_key_for_something_else_is_refused, a_key_that_was_delivered_does_not_pay_twice,
        a_price_raised_before_the_order_is_not_paid, a_superseded_version_is_not_sold, a_withdrawn_record_is_not_sold,
        nobody_sells_past_the_policy, a_sale_is_not_revoked;
    buyers: an_order_without_money_is_none, nobody_buys_from_itself_its_hospital_or_what_it_audits,
        nobody_takes_an_order_back_alone, a_missing_blob_is_noticed_before_paying,
        a_truncated_blob_is_noticed_before_paying, another_blob_of_the_same_size_is_noticed_before_paying,
        a_vault_nobody_knows_is_noticed_before_paying;
    auditors: those_of_the_owners_hospital_do_not_sit, nobody_votes_twice_or_without_having_looked,
        nobody_rules_before_its_turn;
    readers: nobody_has_a_link_made_or_bent_without_a_right, a_link_ends, a_revoked_grant_ends_at_the_vault;
    vaults: a_flipped_bit_is_noticed, nobody_reports_what_another_served;
};

/// Those on a network where everything has to be done within seconds.
const HASTY: &[(&str, Case)] = cases! {
    sellers: nothing_is_delivered_after_the_expiry, who_sells_to_its_own_makes_no_credit,
        a_review_that_is_never_served_costs_its_owner;
    buyers: nobody_claims_late_or_without_reason_to;
};

/// A case that needs nobody else's network.
type Alone = fn() -> LocalBoxFuture<'static, Result<()>>;

/// Those that kill programs, each on a network of its own.
const ALONE: &[(&str, Alone)] = &[
    ("crashes::a_vault_killed_during_an_upload_shows_nothing_of_it", || {
        Box::pin(crashes::a_vault_killed_during_an_upload_shows_nothing_of_it())
    }),
    ("crashes::a_node_killed_during_a_registration_registers_once_or_not_at_all", || {
        Box::pin(crashes::a_node_killed_during_a_registration_registers_once_or_not_at_all())
    }),
];

fn main() -> Result<ExitCode> {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    let runtime = Runtime::new()?;
    let shared = USUAL.iter().chain(HASTY).map(|(name, _)| *name);
    let known: Vec<&'static str> = shared.chain(ALONE.iter().map(|(name, _)| *name)).collect();
    let mut trials =
        vec![Trial::test("table::names_every_case", move || told(table::names_every_case(&known)))];
    let mut worlds = Vec::new();
    for (pace, cases) in [(Pace::Usual, USUAL), (Pace::Hasty, HASTY)] {
        let shared = Arc::new(OnceCell::<World>::new());
        worlds.push(Arc::clone(&shared));
        for (name, case) in cases {
            let (shared, handle) = (Arc::clone(&shared), runtime.handle().clone());
            let run = move || {
                told(handle.block_on(async {
                    let world = shared.get_or_try_init(|| World::start(pace)).await?;
                    case(world).await.map_err(|error| error.context(world.logs()))
                }))
            };
            trials.push(Trial::test(*name, run));
        }
    }
    for (name, case) in ALONE {
        let handle = runtime.handle().clone();
        trials.push(Trial::test(*name, move || told(handle.block_on(case()))));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    // The programs end here, not with the process.
    let _entered = runtime.enter();
    drop(worlds);
    Ok(conclusion.exit_code())
}

/// With the causes of what went wrong.
fn told(result: Result<()>) -> Result<(), Failed> {
    result.map_err(|error| format!("{error:#}").into())
}
