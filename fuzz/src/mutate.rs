//! Changes of inputs for the bounded runs: what libFuzzer does blindly as well, but the same every time.

use rand::{Rng, seq::SliceRandom};

/// Numbers at which programs go wrong.
const NUMBERS: [u64; 12] =
    [0, 1, 2, 127, 128, 255, 256, 0x7FFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFE, u64::MAX / 2, u64::MAX];

/// Changes an input in one to eight places. `other` is another input to take pieces from, `words` what occurs in inputs,
/// `longest` how many bytes it has at most afterwards.
pub fn mutate(rng: &mut impl Rng, input: &mut Vec<u8>, other: &[u8], words: &[&str], longest: usize) {
    for _ in 0..rng.gen_range(1..=8) {
        once(rng, input, other, words);
    }
    input.truncate(longest);
}

fn once(rng: &mut impl Rng, input: &mut Vec<u8>, other: &[u8], words: &[&str]) {
    let at = rng.gen_range(0..=input.len());
    // Most pieces are short; some are not.
    let longest = if rng.gen_ratio(1, 8) { 4096 } else { 32 };
    let end = (at + rng.gen_range(1..=longest)).min(input.len());
    match rng.gen_range(0..11) {
        0 if at < input.len() => input[at] ^= 1 << rng.gen_range(0..8),
        1 if at < input.len() => input[at] = rng.r#gen(),
        2 => drop(input.drain(at..end)),
        3 => {
            let piece = input[at..end].to_vec();
            let to = rng.gen_range(0..=input.len());
            input.splice(to..to, piece);
        }
        4 => {
            let piece: Vec<u8> = (0..rng.gen_range(1..=16)).map(|_| rng.r#gen()).collect();
            input.splice(at..at, piece);
        }
        5 => input.truncate(at),
        6 if !other.is_empty() => {
            let from = rng.gen_range(0..other.len());
            let to = (from + rng.gen_range(1..=longest)).min(other.len());
            let replaced = if rng.r#gen() { at..at } else { at..end };
            input.splice(replaced, other[from..to].iter().copied());
        }
        7 | 8 => {
            if let Some(word) = words.choose(rng) {
                let replaced = if rng.r#gen() { at..at } else { at..(at + word.len()).min(input.len()) };
                input.splice(replaced, word.bytes());
            }
        }
        9 => {
            let number = NUMBERS.choose(rng).copied().unwrap_or_default();
            let length = [1, 2, 4, 8].choose(rng).copied().unwrap_or(1);
            let bytes = if rng.r#gen() {
                number.to_le_bytes()[..length].to_vec()
            } else {
                number.to_be_bytes()[8 - length..].to_vec()
            };
            let end = (at + length).min(input.len());
            input.splice(at..end, bytes);
        }
        _ => {
            // A number in text.
            let digits = input.iter().enumerate().filter(|(_, byte)| byte.is_ascii_digit());
            if let Some(at) = digits.map(|(at, _)| at).collect::<Vec<_>>().choose(rng) {
                input[*at] = rng.gen_range(b'0'..=b'9');
            }
        }
    }
}
