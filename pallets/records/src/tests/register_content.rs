//! What a content must be like, the same for every call that takes one.

use frame_support::{assert_noop, assert_ok};
use medshare_types::*;

use crate::{Error, mock::*};

/// A good content after a change must be refused for this reason.
fn refused(change: impl FnOnce(&mut NewVersion<Account>), error: Error<Test>) {
    let mut content = content(1);
    change(&mut content);
    assert_noop!(send(OWNER, register_call(content)), error);
}

/// A good content after a change must be accepted.
fn accepted(number: u64, change: impl FnOnce(&mut NewVersion<Account>)) {
    let mut content = content(number);
    change(&mut content);
    assert_ok!(send(OWNER, register_call(content)));
}

#[test]
fn refuses_points_that_are_not_canonical_or_the_identity() {
    ExtBuilder.build_and_execute(|| {
        let identity = Point(Hash::zero());
        let beyond_the_field = Point(Hash::repeat_byte(0xff));
        for bad in [identity, beyond_the_field] {
            refused(|content| content.commitment.d1 = bad, Error::InvalidCommitment);
            refused(|content| content.commitment.d2 = bad, Error::InvalidCommitment);
        }
    });
}

#[test]
fn refuses_an_empty_ciphertext() {
    ExtBuilder.build_and_execute(|| {
        refused(|content| content.size = 0, Error::EmptyCiphertext);
        accepted(1, |content| content.size = 1);
        accepted(2, |content| content.size = u64::MAX);
    });
}

#[test]
fn completeness_is_a_percentage() {
    ExtBuilder.build_and_execute(|| {
        refused(|content| content.descriptor.completeness = 101, Error::CompletenessTooHigh);
        accepted(1, |content| content.descriptor.completeness = 100);
        accepted(2, |content| content.descriptor.completeness = 0);
    });
}

#[test]
fn a_period_has_possible_months_in_order() {
    ExtBuilder.build_and_execute(|| {
        let at = |year, month| YearMonth { year, month };
        for (first, last) in [
            (at(2024, 0), at(2024, 5)),
            (at(2024, 5), at(2024, 13)),
            (at(2024, 5), at(2025, 0)),
            (at(2024, 6), at(2024, 5)),
            (at(2025, 1), at(2024, 12)),
        ] {
            refused(|content| content.descriptor.period = Some((first, last)), Error::InvalidPeriod);
        }
        accepted(1, |content| content.descriptor.period = Some((at(2024, 5), at(2024, 5))));
        accepted(2, |content| content.descriptor.period = Some((at(2023, 12), at(2024, 1))));
        accepted(3, |content| content.descriptor.period = None);
    });
}

#[test]
fn codes_ascend() {
    ExtBuilder.build_and_execute(|| {
        refused(|content| content.descriptor.codes = codes(&["2", "1"]), Error::CodesNotAscending);
        refused(|content| content.descriptor.codes = codes(&["1", "1"]), Error::CodesNotAscending);
        refused(|content| content.descriptor.codes = codes(&["1", "3", "2"]), Error::CodesNotAscending);
        accepted(1, |content| content.descriptor.codes = codes(&[]));
        accepted(2, |content| content.descriptor.codes = codes(&["1", "2", "3"]));
        accepted(3, |content| {
            let code = |system| Code { system, code: text("1") };
            let both = vec![code(CodeSystem::Snomed), code(CodeSystem::Loinc)];
            content.descriptor.codes = both.try_into().expect("at most 32");
        });
    });
}

#[test]
fn nothing_is_counted_twice() {
    ExtBuilder.build_and_execute(|| {
        refused(
            |content| {
                let counts = vec![count("Patient", 1), count("Observation", 2), count("Patient", 3)];
                content.descriptor.counts = counts.try_into().expect("at most 32");
            },
            Error::CountedTwice,
        );
        accepted(1, |content| content.descriptor.counts = Default::default());
    });
}

#[test]
fn texts_are_utf8_and_not_empty() {
    ExtBuilder.build_and_execute(|| {
        fn each(bad16: Text<16>, bad32: Text<32>, bad64: Text<64>) {
            refused(|content| content.descriptor.media_type = bad64.clone(), Error::InvalidText);
            refused(|content| content.descriptor.modality = Some(bad16), Error::InvalidText);
            refused(|content| content.descriptor.counts[0].of = bad32, Error::InvalidText);
            refused(
                |content| {
                    let code = Code { system: CodeSystem::Loinc, code: bad64 };
                    content.descriptor.codes = vec![code].try_into().expect("at most 32");
                },
                Error::InvalidText,
            );
        }
        each(gibberish(), gibberish(), gibberish());
        each(text(""), text(""), text(""));
    });
}

#[test]
fn locators_name_the_ciphertext_at_different_active_vaults() {
    ExtBuilder.build_and_execute(|| {
        let blob = content(1).ciphertext;
        refused(|content| content.locators = Default::default(), Error::NoLocator);
        refused(|content| content.locators = locators(&[VAULTS[0], OTHER], blob), Error::NotVault);
        refused(|content| content.locators = locators(&[STRANGER], blob), Error::NotVault);
        refused(
            |content| content.locators = locators(&[VAULTS[0], VAULTS[1], VAULTS[0]], blob),
            Error::VaultTwice,
        );
        refused(|content| content.locators[1].blob = Hash::repeat_byte(1), Error::WrongBlob);

        world(|world| world.roles.remove(&VAULTS[1]));
        refused(|content| content.locators = locators(&VAULTS[..2], blob), Error::NotVault);
        accepted(1, |content| {
            content.locators = locators(&[VAULTS[0], VAULTS[2], VAULTS[3], VAULTS[4]], blob)
        });
    });
}
