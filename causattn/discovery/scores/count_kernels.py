"""Compiled counting for discrete scores.

For a group (target y, parents S, candidates X) the rows' configurations of (S, y) are numbered
once; each candidate then takes one pass over the rows, or, where numbers and categories are few,
an AND and a population count of bit masks, 64 rows at a time. Configurations that do not occur are
worth nothing to either score, so whenever a numbering grows beyond the rows it is made dense
again: with many parents or 10,000 categories the work still follows the rows, not the product of
categories.
"""

from __future__ import annotations

import math

import numpy as np

from causattn.base import njit
from causattn.graphs.bitset import population_count

BDEU = 0
BIC = 1
# Masks pay up to so many pairs of a mask and a category, and from so many candidates on.
MOST_MASKS = 48
FEWEST_CANDIDATES = 4


@njit(cache=True, nogil=True)
def renumber(numbers: np.ndarray, table: np.ndarray, owners: np.ndarray) -> int:
    """Replace numbers by 0, 1, 2 ... in order of first occurrence; return how many there are.

    `table` (int64, a power of two at least twice the rows) is a hash table that is overwritten;
    `owners` (int64 [rows]) likewise.
    """
    mask = table.shape[0] - 1
    for slot in range(table.shape[0]):
        table[slot] = -1
    found = 0
    for row in range(numbers.shape[0]):
        number = numbers[row]
        # Fibonacci hashing spreads consecutive numbers over the table.
        slot = int((np.uint64(number) * np.uint64(11400714819323198485)) >> np.uint64(20)) & mask
        while table[slot] >= 0 and owners[table[slot]] != number:
            slot = (slot + 1) & mask
        if table[slot] < 0:
            table[slot] = found
            owners[found] = number
            found += 1
        numbers[row] = table[slot]
    return found


@njit(cache=True, nogil=True)
def _terms(counts: np.ndarray, used: int, kind: int, prior: float) -> float:
    """Return the sum over nonzero counts of what one count contributes.

    log Gamma(count + prior) - log Gamma(prior) for BDeu, count log count for the BIC.
    """
    score = 0.0
    if kind == BDEU:
        nothing = math.lgamma(prior)
        for place in range(used):
            if counts[place] > 0:
                score += math.lgamma(counts[place] + prior) - nothing
    else:
        for place in range(used):
            if counts[place] > 0:
                score += counts[place] * math.log(counts[place])
    return score


@njit(cache=True, nogil=True)
def _family_score(
    cells: np.ndarray,
    used_cells: int,
    totals: np.ndarray,
    used_totals: int,
    categories: int,
    all_configurations: float,
    kind: int,
    strength: float,
) -> float:
    """Return a local score from counts of (configuration, category) and of configurations.

    `strength` is the equivalent sample size (BDeu) or the price of a parameter (BIC).
    """
    prior = strength / all_configurations
    score = _terms(cells, used_cells, kind, prior / categories)
    score -= _terms(totals, used_totals, kind, prior)
    if kind == BIC:
        score -= strength * all_configurations * (categories - 1)
    return score


@njit(cache=True, nogil=True)
def _pack_cells(cells: np.ndarray, used: int, cell_masks: np.ndarray) -> None:
    """Write for each number of `cells` (int64 [rows]) the mask of the rows that have it."""
    for cell in range(used):
        for word in range(cell_masks.shape[1]):
            cell_masks[cell, word] = np.uint64(0)
    for row in range(cells.shape[0]):
        cell_masks[cells[row], row >> 6] |= np.uint64(1) << np.uint64(row & 63)


@njit(cache=True, nogil=True)
def _count_common(
    cell_masks: np.ndarray, used: int, category_masks: np.ndarray, counts: np.ndarray
) -> None:
    """Count rows by cell and category into counts[category * used + cell].

    The last category is what the others leave of a cell.
    """
    categories = category_masks.shape[0]
    for cell in range(used):
        left = 0
        for word in range(cell_masks.shape[1]):
            left += population_count(cell_masks[cell, word])
        for category in range(categories - 1):
            common = 0
            for word in range(cell_masks.shape[1]):
                common += population_count(cell_masks[cell, word] & category_masks[category, word])
            counts[category * used + cell] = common
            left -= common
        counts[(categories - 1) * used + cell] = left


@njit(cache=True, nogil=True)
def discrete_scores(
    first: int,
    last: int,
    codes: np.ndarray,
    weights: np.ndarray,
    cardinalities: np.ndarray,
    masks: np.ndarray,
    mask_pointer: np.ndarray,
    kind: int,
    strength: float,
    targets: np.ndarray,
    parent_start: np.ndarray,
    parents: np.ndarray,
    candidate_start: np.ndarray,
    candidates: np.ndarray,
    alone: np.ndarray,
    joined: np.ndarray,
) -> None:
    """Write local scores of groups first to last - 1.

    Parameters
    ----------
    codes, weights, cardinalities
        As in `Categories`.
    masks, mask_pointer
        ``Categories.masks``.
    kind, strength
        As in `_family_score`.
    alone
        float64 [groups]: overwritten with the score of each group's own parents.
    joined
        float64: overwritten with the score of the parents and each candidate.
    """
    rows = codes.shape[1]
    slots = 1
    while slots < 2 * rows:
        slots *= 2
    table = np.empty(slots, dtype=np.int64)
    owners = np.empty(rows, dtype=np.int64)
    base = np.empty(rows, dtype=np.int64)
    base_cells = np.empty(rows, dtype=np.int64)
    numbers = np.empty(rows, dtype=np.int64)
    # Up to this many cells are counted in a table with a place for each; beyond, the ones that
    # occur are numbered first.
    limit = max(4096, 4 * rows)
    counts = np.empty(limit, dtype=np.int64)
    totals = np.empty(limit, dtype=np.int64)
    words = masks.shape[1]
    cell_masks = np.empty((MOST_MASKS if words else 0, words), dtype=np.uint64)
    for g in range(first, last):
        y = targets[g]
        categories = cardinalities[y]
        configurations = 1
        all_configurations = 1.0
        for row in range(rows):
            base[row] = 0
        for place in range(parent_start[g], parent_start[g + 1]):
            node = parents[place]
            choices = cardinalities[node]
            for row in range(rows):
                base[row] = base[row] * choices + codes[node, row]
            configurations *= choices
            all_configurations *= choices
            if configurations > rows:
                configurations = renumber(base, table, owners)
        for row in range(rows):
            base_cells[row] = base[row] * categories + codes[y, row]
        stride = configurations * categories
        packed = (
            words > 0
            and stride <= MOST_MASKS
            and candidate_start[g + 1] - candidate_start[g] >= FEWEST_CANDIDATES
        )
        if packed:
            _pack_cells(base_cells, stride, cell_masks)
        # The first turn scores the parents alone: a candidate with one category.
        for place in range(candidate_start[g] - 1, candidate_start[g + 1]):
            joins = place >= candidate_start[g]
            node = candidates[place] if joins else y
            choices = cardinalities[node] if joins else 1
            if stride * choices <= limit:
                used_cells = stride * choices
                for cell in range(used_cells):
                    counts[cell] = 0
                own = mask_pointer[node + 1] - mask_pointer[node]
                if joins and packed and own == choices and stride * (choices - 1) <= MOST_MASKS:
                    own_masks = masks[mask_pointer[node] : mask_pointer[node + 1]]
                    _count_common(cell_masks, stride, own_masks, counts)
                elif joins:
                    for row in range(rows):
                        counts[base_cells[row] + codes[node, row] * stride] += weights[row]
                else:
                    for row in range(rows):
                        counts[base_cells[row]] += weights[row]
                used_totals = configurations * choices
                for configuration in range(used_totals):
                    total = 0
                    for cell in range(configuration * categories, (configuration + 1) * categories):
                        total += counts[cell]
                    totals[configuration] = total
            else:
                for row in range(rows):
                    numbers[row] = base[row]
                    if joins:
                        numbers[row] = numbers[row] * choices + codes[node, row]
                used_totals = renumber(numbers, table, owners)
                for configuration in range(used_totals):
                    totals[configuration] = 0
                for row in range(rows):
                    totals[numbers[row]] += weights[row]
                    numbers[row] = numbers[row] * categories + codes[y, row]
                used_cells = renumber(numbers, table, owners)
                for cell in range(used_cells):
                    counts[cell] = 0
                for row in range(rows):
                    counts[numbers[row]] += weights[row]
            value = _family_score(
                counts,
                used_cells,
                totals,
                used_totals,
                categories,
                all_configurations * choices,
                kind,
                strength,
            )
            if joins:
                joined[place] = value
            else:
                alone[g] = value
