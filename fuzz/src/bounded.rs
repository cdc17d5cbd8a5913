//! Runs of a fixed length, the same every time.

use std::{
    env, fs,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::PathBuf,
};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

use crate::{Target, mutate::mutate, target};

/// Runs the seeds of a target, and changes of them, or any bytes if it has none.
///
/// # Panics
/// If something does not hold. What it was given is kept in a file, and named.
pub fn run(name: &str) {
    let target = target(name);
    let mut seeds: Vec<Vec<u8>> = target
        .seeds()
        .into_iter()
        .map(|path| fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
        .collect();
    seeds.iter().for_each(|seed| attempt(target, seed));
    seeds.retain(|seed| seed.len() <= target.longest);

    let mut rng = ChaCha8Rng::from_seed(Sha256::digest(name).into());
    for _ in 0..target.rounds {
        let mut input = match seeds.len() {
            0 => Vec::new(),
            number => seeds[rng.gen_range(0..number)].clone(),
        };
        if seeds.is_empty() || rng.gen_ratio(1, 16) {
            input = (0..rng.gen_range(0..target.longest)).map(|_| rng.r#gen()).collect();
        } else {
            let other = &seeds[rng.gen_range(0..seeds.len())];
            mutate(&mut rng, &mut input, other, target.words, target.longest);
        }
        attempt(target, &input);
    }
}

fn attempt(target: &Target, input: &[u8]) {
    let Err(panic) = catch_unwind(AssertUnwindSafe(|| (target.run)(input))) else { return };
    let kept = kept(target, input);
    let message = match fs::write(&kept, input) {
        Ok(()) => format!("does not hold for {}", kept.display()),
        Err(error) => {
            format!("does not hold for these bytes, which cannot be kept ({error}): {}", hex::encode(input))
        }
    };
    let said = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    let Some(said) = said else { resume_unwind(panic) };
    panic!("{}: {message}: {said}", target.name);
}

/// Where an input is kept for which something does not hold.
fn kept(target: &Target, input: &[u8]) -> PathBuf {
    let hash = hex::encode(&Sha256::digest(input)[..8]);
    env::temp_dir().join(format!("medshare-fuzz-{}-{hash}", target.name))
}
