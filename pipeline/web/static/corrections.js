// What a person says of the passages of a report: as it was saved, as it is now, and how to undo.

import { post } from "./api.js";

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

export class Corrections {
  constructor(file, report, saved) {
    this.file = file;
    this.report = report;
    this.undone = [];
    this.load(saved);
    this.now = new Map(this.saved);
  }

  // What is saved is taken as it is; what is not saved yet stays.
  load(saved) {
    this.saved = new Map(saved.map(({ start, end, label, secondary, note }) => [`${start}-${end}`, { label, secondary, note }]));
  }

  of(key) {
    return this.now.get(key) ?? null;
  }

  say(key, value) {
    const before = this.of(key);
    if (same(before, value)) return;
    this.undone.push([key, before]);
    this.put(key, value);
  }

  undo() {
    const step = this.undone.pop();
    if (!step) return null;
    this.put(...step);
    return step[0];
  }

  put(key, value) {
    if (value) this.now.set(key, value);
    else this.now.delete(key);
  }

  changed() {
    const keys = new Set([...this.saved.keys(), ...this.now.keys()]);
    return [...keys].filter((key) => !same(this.saved.get(key) ?? null, this.of(key)));
  }

  async save(annotator) {
    const changed = this.changed().map((key) => [key, this.of(key)]);
    if (!changed.length) return 0;
    const corrections = changed.map(([key, value]) => {
      const [start, end] = key.split("-").map(Number);
      return value ? { start, end, ...value } : { start, end, ...this.saved.get(key), withdrawn: true };
    });
    await post(`/api/files/${this.file}/corrections`, { annotator, report: this.report, corrections });
    for (const [key, value] of changed) {
      if (value) this.saved.set(key, value);
      else this.saved.delete(key);
    }
    return changed.length;
  }
}
