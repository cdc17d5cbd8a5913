//! Which blobs are removed, and who tries to have it otherwise.
#![allow(missing_docs)]

mod common;

use std::time::Duration;

use common::*;
use medshare_client::naming::Naming;
use medshare_types::{Hash, MemberStatus, Role};
use medshare_vault::{
    collect::{Mode, Report, Rules},
    events::Event,
    inventory::{Damage, Why},
    now,
};
use subxt_signer::sr25519::dev;

const RULES: Rules = Rules {
    mode: Mode::Remove,
    grace: Duration::from_secs(100),
    withdrawn_grace: Duration::from_secs(10),
    every: Duration::from_secs(3_600),
};

async fn begin() -> Running {
    start_with(|settings| settings.collection = RULES).await
}

impl Running {
    /// Looks at a chain time, unix ms.
    async fn look(&self, time: u64) -> Report {
        self.chain.with().time = Some(time);
        self.collector.collect().await.unwrap()
    }

    /// Why it does not look.
    async fn does_not_look(&self, because: &str) {
        let error = format!("{:#}", self.collector.collect().await.unwrap_err());
        assert!(error.contains(because), "{error}");
    }

    /// Brings a blob that the chain does not know.
    async fn leave(&self, bytes: &[u8]) -> Hash {
        let status = self.upload(&provider(), bytes).send().await.unwrap().status();
        assert!(status.is_success(), "{status}");
        address(bytes)
    }

    fn says(&self, blob: Hash, naming: Naming) {
        self.chain.with().namings.insert(blob, naming);
    }

    fn why(&self, blob: Hash) -> Option<Why> {
        self.collector.inventory.get(blob).and_then(|entry| entry.mark).map(|mark| mark.why)
    }
}

#[tokio::test]
async fn what_the_chain_names_is_never_removed() {
    let vault = begin().await;
    let (begun, blob) = (now(), vault.leave(&noise(1_000)).await);
    vault.says(blob, Naming::Needed);
    for hours in 0..500 {
        let report = vault.look(begun + hours * 3_600_000).await;
        assert_eq!((report.blobs, report.unneeded), (1, 0));
    }
    assert_eq!(vault.stored().len(), 1);
}

#[tokio::test]
async fn each_reason_has_its_grace() {
    let vault = begin().await;
    let begun = now();
    let mut blobs = Vec::new();
    for size in 1..=4 {
        blobs.push(vault.leave(&noise(size * 100)).await);
    }
    let [never, elsewhere, withdrawn, erased] = blobs[..] else { panic!("{blobs:?}") };
    for blob in [elsewhere, withdrawn, erased] {
        vault.says(blob, Naming::Needed);
    }
    vault.look(begun).await;
    vault.says(elsewhere, Naming::Elsewhere);
    vault.says(withdrawn, Naming::Withdrawn);
    vault.chain.with().namings.remove(&erased);
    vault.look(begun + 1_000).await;
    let whys = blobs.iter().map(|blob| vault.why(*blob).unwrap()).collect::<Vec<_>>();
    assert_eq!(whys, [Why::NeverRegistered, Why::Elsewhere, Why::Withdrawn, Why::Erased]);
    assert_eq!(vault.look(begun + 10_999).await.removed, 0);
    assert_eq!(vault.look(begun + 11_000).await.removed, 2);
    assert_eq!((vault.why(withdrawn), vault.why(erased)), (None, None));
    // The first was never needed; the other since a second later.
    assert_eq!(vault.look(begun + 100_000).await.removed, 1);
    assert_eq!((vault.why(never), vault.why(elsewhere)), (None, Some(Why::Elsewhere)));
    assert_eq!(vault.look(begun + 101_000).await.removed, 1);
    assert_eq!(vault.stored(), [""; 0]);
    let usage = vault.client().await.usage(&provider()).await.unwrap();
    assert_eq!((usage.bytes, usage.unregistered), (0, 0), "what is gone does not count");
}

#[tokio::test]
async fn a_report_removes_nothing() {
    let vault = start_with(|settings| settings.collection = Rules { mode: Mode::Report, ..RULES }).await;
    let begun = now();
    vault.leave(&noise(1_000)).await;
    vault.look(begun).await;
    let report = vault.look(begun + 200_000).await;
    assert_eq!((report.unneeded, report.due, report.removed), (1, 1, 0));
    assert_eq!(vault.stored().len(), 1);
    assert!(vault.events().is_empty());
}

#[tokio::test]
async fn a_registration_in_the_last_moment_keeps_its_blob() {
    let vault = begin().await;
    let (begun, blob) = (now(), vault.leave(&noise(1_000)).await);
    vault.look(begun).await;
    // Final between the question about all blobs and the last one before the removal.
    let first = vault.chain.with().named;
    vault.chain.with().before_naming = Some(Box::new(move |asked, namings| {
        if asked > first {
            namings.insert(blob, Naming::Needed);
        }
    }));
    let report = vault.look(begun + 200_000).await;
    assert_eq!((report.due, report.removed), (1, 0));
    assert_eq!((vault.stored().len(), vault.why(blob)), (1, None));
    assert!(vault.events().is_empty());
}

#[tokio::test]
async fn what_is_brought_again_gets_the_whole_grace_again() {
    let vault = begin().await;
    let (begun, bytes) = (now(), noise(1_000));
    let blob = vault.leave(&bytes).await;
    vault.look(begun).await;
    vault.look(begun + 99_000).await;
    // Somebody is about to register it.
    vault.leave(&bytes).await;
    assert_eq!(vault.why(blob), None);
    assert_eq!(vault.look(begun + 101_000).await.removed, 0);
    assert_eq!(vault.look(begun + 200_000).await.removed, 0);
    assert_eq!(vault.look(begun + 201_000).await.removed, 1);
}

#[tokio::test]
async fn bringing_and_removing_at_once_never_loses_what_was_confirmed() {
    let vault = begin().await;
    let (mut time, bytes) = (now(), noise(2_000));
    let blob = address(&bytes);
    for round in 0..30 {
        vault.leave(&bytes).await;
        vault.look(time).await;
        time += 200_000;
        let again = vault.upload(&provider(), &bytes).send();
        let (report, again) = tokio::join!(vault.look(time), again);
        let status = again.unwrap().status();
        assert!(status.is_success(), "{status}");
        assert!(vault.file_of(blob).exists(), "round {round}: what was confirmed is gone: {report:?}");
        assert!(vault.collector.inventory.get(blob).is_some());
        time += 1_000;
    }
}

#[tokio::test]
async fn nobody_keeps_what_was_withdrawn_by_bringing_it_again() {
    let vault = begin().await;
    vault.chain.admit(&dev::dave(), &[Role::Provider]);
    let (begun, bytes) = (now(), noise(1_000));
    let blob = vault.leave(&bytes).await;
    vault.says(blob, Naming::Withdrawn);
    vault.look(begun).await;
    // Dave had bought it, and would like it to stay.
    assert_eq!(vault.upload(&dev::dave(), &bytes).send().await.unwrap().status(), 200);
    assert_eq!(vault.look(begun + 10_000).await.removed, 1);
    assert!(vault.stored().is_empty());
}

#[tokio::test]
async fn a_beginning_of_an_upload_keeps_nothing() {
    let vault = begin().await;
    let (begun, bytes) = (now(), noise(1_000));
    vault.leave(&bytes).await;
    vault.look(begun).await;
    vault.begin(&provider(), &bytes).send().await.unwrap();
    refused(vault.upload(&provider(), &bytes).body(noise(999)), 422, "address-mismatch").await;
    assert_eq!(vault.look(begun + 100_000).await.removed, 1);
}

#[tokio::test]
async fn nothing_is_decided_by_a_chain_that_cannot_be_trusted() {
    let vault = begin().await;
    let (begun, blob) = (now(), vault.leave(&noise(1_000)).await);
    vault.chain.with().number = 70;
    vault.look(begun).await;
    let later = Some(begun + 1_000_000);

    vault.chain.with().down = true;
    vault.does_not_look("cannot be asked").await;
    vault.chain.with().down = false;

    vault.chain.with().time = Some(now() - 301_000);
    vault.does_not_look("seconds old").await;
    // A chain that has just begun knows nothing.
    vault.chain.with().time = Some(0);
    vault.does_not_look("seconds old").await;
    vault.chain.with().time = later;

    // A node that was set back to a backup.
    vault.chain.with().number = 69;
    vault.does_not_look("70 was seen before").await;
    vault.chain.with().number = 71;

    let suspend = |status| {
        vault.chain.with().members.get_mut(&account(&vault_account())).unwrap().status = status;
    };
    suspend(MemberStatus::Suspended { by_council: true });
    vault.does_not_look("no active member").await;
    suspend(MemberStatus::Active);
    assert_eq!((vault.stored().len(), vault.why(blob)), (1, Some(Why::NeverRegistered)));
}

#[tokio::test]
async fn after_an_outage_what_waits_in_the_pool_has_time() {
    let vault = begin().await;
    let (begun, blob) = (now(), vault.leave(&noise(1_000)).await);
    vault.look(begun).await;
    vault.chain.with().down = true;
    vault.collector.collect().await.unwrap_err();
    vault.chain.with().down = false;
    // Chain time has gone far beyond the grace; the registration is in the next block but one.
    let after = begun + 10_000_000;
    assert_eq!(vault.look(after).await.removed, 0);
    vault.says(blob, Naming::Needed);
    assert_eq!(vault.look(after + 60_000).await.unneeded, 0);
    // The same without a failed look, as when the vault was stopped.
    vault.chain.with().namings.remove(&blob);
    vault.look(after + 120_000).await;
    assert_eq!(vault.look(after + 20_000_000).await.removed, 0);
    assert_eq!(vault.look(after + 20_100_000).await.removed, 1);
}

#[tokio::test]
async fn marks_survive_a_restart() {
    let vault = begin().await;
    let (begun, blob) = (now(), vault.leave(&noise(1_000)).await);
    vault.look(begun).await;
    let (chain, folder) = vault.stop().await;
    // The grace is over, but the vault has been away.
    chain.with().time = None;
    let vault = start_on(chain, folder, |settings| settings.collection = RULES).await;
    vault.look(begun + 150_000).await;
    assert_eq!(vault.why(blob), Some(Why::NeverRegistered));
    assert_eq!(vault.look(begun + 249_000).await.removed, 0);
    assert_eq!(vault.look(begun + 250_000).await.removed, 1);
}

#[tokio::test]
async fn what_a_crash_left_between_removing_and_noting_down_is_forgotten() {
    let vault = begin().await;
    let (begun, blob) = (now(), vault.leave(&noise(1_000)).await);
    vault.look(begun).await;
    std::fs::remove_file(vault.file_of(blob)).unwrap();
    assert_eq!(vault.look(begun + 1_000).await.blobs, 0);
    assert_eq!(vault.collector.inventory.get(blob), None);
    assert!(vault.events().is_empty(), "it was not needed, so it is not missed");
}

#[tokio::test]
async fn whether_what_is_gone_was_needed_is_asked_of_the_chain() {
    let vault = begin().await;
    let (begun, blob) = (now(), vault.leave(&noise(1_000)).await);
    vault.look(begun).await;
    std::fs::remove_file(vault.file_of(blob)).unwrap();
    // A round does not ask, and leaves it to the next look.
    assert_eq!(vault.scrubber.round().await.unwrap().damaged, 0);
    assert!(vault.events().is_empty());
    vault.says(blob, Naming::Needed);
    vault.look(begun + 1_000).await;
    let lost = Event::Damaged { blob, damage: Damage::Missing, found: None };
    assert_eq!(vault.events().last().unwrap().event, lost);
}

#[tokio::test]
async fn an_old_mark_hides_no_loss_where_nobody_looks() {
    let vault = begin().await;
    let (begun, blob) = (now(), vault.leave(&noise(1_000)).await);
    vault.look(begun).await;
    let (chain, folder) = vault.stop().await;
    chain.with().time = None;
    let vault = start_on(chain, folder, |settings| settings.collection.mode = Mode::Off).await;
    std::fs::remove_file(vault.file_of(blob)).unwrap();
    assert_eq!(vault.scrubber.round().await.unwrap().damaged, 1);
    let lost = Event::Damaged { blob, damage: Damage::Missing, found: None };
    assert_eq!(vault.events().last().unwrap().event, lost);
}

#[tokio::test]
async fn blobs_from_before_there_was_an_inventory_are_found_and_count_for_nobody() {
    let vault = begin().await;
    let (needed, never) = (vault.bring(&noise(1_000)).await, vault.leave(&noise(2_000)).await);
    let (chain, folder) = vault.stop().await;
    std::fs::remove_file(folder.path().join("state/blobs.jsonl")).unwrap();
    let vault = start_on(chain, folder, |settings| settings.collection = RULES).await;
    let begun = now();
    assert_eq!(vault.look(begun).await.unneeded, 1);
    let usage = vault.client().await.usage(&provider()).await.unwrap();
    assert_eq!(usage.bytes, 0);
    assert_eq!(vault.look(begun + 100_000).await.removed, 1);
    assert!(vault.file_of(needed).exists() && !vault.file_of(never).exists());
}

#[tokio::test]
async fn it_looks_by_itself() {
    let vault = start_with(|settings| {
        settings.collection = Rules { every: Duration::from_millis(20), ..RULES };
    })
    .await;
    let begun = now();
    vault.leave(&noise(1_000)).await;
    for step in 0..=11 {
        vault.chain.with().time = Some(begun + step * 10_000);
        let asked = vault.chain.with().named;
        eventually("a look", || vault.chain.with().named > asked + 1 || vault.stored().is_empty()).await;
    }
    eventually("the removal", || vault.stored().is_empty()).await;
}
