import { describe, expect, it } from 'vitest';
import { makeGate } from './gate.ts';

describe('one code is one event', () => {
  it('fires once while a code stays in view', () => {
    const gate = makeGate();
    const fired = Array.from({ length: 40 }, (_, at) => gate.sees('A', at * 100)).filter(Boolean);
    expect(fired).toHaveLength(1);
  });

  it('does not double a bounce: a code lost for a moment', () => {
    const gate = makeGate();
    expect(gate.sees('A', 0)).toBe(true);
    expect(gate.sees('A', 1_000)).toBe(false);
  });

  it('fires again once the code has left', () => {
    const gate = makeGate();
    gate.sees('A', 0);
    expect(gate.sees('A', 1_300)).toBe(true);
  });

  it('fires again when a code is held for a few seconds', () => {
    const gate = makeGate();
    const fired = Array.from({ length: 60 }, (_, at) => gate.sees('A', at * 100)).filter(Boolean);
    expect(fired).toHaveLength(2);
  });

  it('lets another code through at once', () => {
    const gate = makeGate();
    expect([gate.sees('A', 0), gate.sees('B', 10), gate.sees('B', 20)]).toEqual([true, true, false]);
  });

  it('fires once each when two codes are in view, and are read by turns', () => {
    const gate = makeGate();
    const fired = Array.from({ length: 40 }, (_, at) => gate.sees(at % 2 ? 'A' : 'B', at * 100)).filter(Boolean);
    expect(fired).toHaveLength(2);
  });

  it('lets a code that left fire again while another stays', () => {
    const gate = makeGate();
    gate.sees('A', 0);
    for (let at = 0; at < 2_000; at += 100) {
      gate.hold(at);
      gate.sees('B', at);
    }
    expect(gate.sees('A', 2_000)).toBe(true);
  });

  it('fires no more than once where that is asked, until the code has left', () => {
    const gate = makeGate();
    const fired = Array.from({ length: 100 }, (_, at) => gate.sees('A', at * 100, { once: true })).filter(Boolean);
    expect(fired).toHaveLength(1);
    expect(gate.sees('A', 12_000, { once: true })).toBe(true);
  });

  it('takes what was in view before a print dialog for never gone', () => {
    const gate = makeGate();
    gate.sees('A', 0);
    gate.resume(9_000);
    expect(gate.sees('A', 9_100)).toBe(false);
  });

  it('counts the time held from the moment the screen let go', () => {
    const gate = makeGate();
    gate.sees('A', 0);
    for (let at = 100; at <= 6_000; at += 100) {
      gate.hold(at);
      expect(gate.sees('A', at)).toBe(false);
    }
    expect(gate.sees('A', 7_000)).toBe(false);
  });
});
