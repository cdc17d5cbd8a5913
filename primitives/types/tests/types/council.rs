use medshare_types::council::{DECISIONS, Share, decision};

#[test]
fn shares_are_rounded_so_that_they_suffice_and_one_less_does_not() {
    for hospitals in 1..=1_000u64 {
        let votes = |share: Share| u64::from(share.of(u32::try_from(hospitals).unwrap()));
        let (third, half) = (votes(Share::OneThird), votes(Share::MoreThanHalf));
        assert!(3 * third >= hospitals && 3 * (third - 1) < hospitals, "a third of {hospitals}: {third}");
        assert!(2 * half > hospitals && 2 * (half - 1) <= hospitals, "half of {hospitals}: {half}");
        let (two, three) = (votes(Share::TwoThirds), votes(Share::ThreeQuarters));
        assert!(3 * two >= 2 * hospitals && 3 * (two - 1) < 2 * hospitals, "2/3 of {hospitals}: {two}");
        assert!(4 * three >= 3 * hospitals && 4 * (three - 1) < 3 * hospitals, "3/4 of {hospitals}: {three}");
    }
    assert_eq!(
        Share::ALL.map(|share| share.of(u32::MAX)),
        [1_431_655_765, 2_147_483_648, 2_863_311_530, 3_221_225_472]
    );
}

#[test]
fn every_call_stands_in_the_table_once() {
    let mut calls: Vec<_> = DECISIONS
        .iter()
        .flat_map(|known| {
            std::iter::once(&known.call).chain(known.likewise).map(|call| (known.pallet, *call))
        })
        .collect();
    let all = calls.len();
    calls.sort_unstable();
    calls.dedup();
    assert_eq!(calls.len(), all);
    for (pallet, call) in calls {
        assert!(decision(pallet, call).is_some());
    }
    assert_eq!(decision("Members", "leave"), None);
    assert_eq!(decision("Credit", "set_points").unwrap().share, Share::TwoThirds);
}
