//! The Verhoeff check digit: finds every single-digit error and every neighbour swap.

/// Multiplication in the dihedral group of order ten.
const PRODUCT: [[u8; 10]; 10] = {
    let mut table = [[0; 10]; 10];
    let mut left = 0;
    while left < 10 {
        let mut right = 0;
        while right < 10 {
            let (turn, mirrored) = (left % 5, left >= 5);
            let (other, other_mirrored) = (right % 5, right >= 5);
            let sum = if mirrored {
                (turn + 5 - other) % 5
            } else {
                (turn + other) % 5
            };
            table[left][right] = sum as u8 + if mirrored != other_mirrored { 5 } else { 0 };
            right += 1;
        }
        left += 1;
    }
    table
};

/// The permutation of each place from the right; it repeats after eight places.
const PERMUTED: [[u8; 10]; 8] = {
    let step: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let mut table = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]; 8];
    let mut place = 1;
    while place < 8 {
        let mut digit = 0;
        while digit < 10 {
            table[place][digit] = step[table[place - 1][digit] as usize];
            digit += 1;
        }
        place += 1;
    }
    table
};

/// Whether the last of `digits` is the check digit of the others.
///
/// **Source**: J. Verhoeff, Error Detecting Decimal Codes, Mathematical Centre Tracts 29, 1969.
pub(crate) fn passes(digits: &[u8]) -> bool {
    let mut check = 0;
    for (place, byte) in digits.iter().rev().enumerate() {
        let digit = usize::from(byte.wrapping_sub(b'0') % 10);
        check = PRODUCT[usize::from(check)][usize::from(PERMUTED[place % 8][digit])];
    }
    check == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_group_is_a_group() {
        for mut row in PRODUCT {
            row.sort_unstable();
            assert_eq!(row, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        }
        assert_eq!(PRODUCT[5][1], 9);
        assert_eq!(PRODUCT[1][5], 6);
    }

    #[test]
    fn finds_neighbour_swaps() {
        assert!(passes(b"123451"));
        assert!(!passes(b"213451"));
        assert!(!passes(b"123415"));
    }
}
