// What a person says of the passages of a report: as it was saved, as it is now, and how to undo.

import { post } from "./api.js";

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

export class Corrections {
  // `place` is where drafts of this text are kept: they are of a text, not of an upload.
  constructor(file, report, saved, place) {
    this.file = file;
    this.report = report;
    this.place = `draft ${place}`;
    this.undone = [];
    this.load(saved);
    this.now = new Map(this.saved);
    for (const [key, value] of this.drafts()) this.put(key, value);
  }

  // What is not saved yet outlives a reload of the page; each tab has drafts of its own.
  drafts() {
    try {
      return JSON.parse(sessionStorage.getItem(this.place) ?? "[]");
    } catch {
      return [];
    }
  }

  keep() {
    const drafts = this.changed().map((key) => [key, this.of(key)]);
    try {
      if (drafts.length) sessionStorage.setItem(this.place, JSON.stringify(drafts));
      else sessionStorage.removeItem(this.place);
    } catch {
      // A browser without storage, or with a full one: leaving the page is warned of in any case.
    }
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
    this.keep();
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
      const seen = this.saved.get(key) ?? null;
      return value ? { start, end, ...value, seen } : { start, end, ...seen, withdrawn: true, seen };
    });
    try {
      await post(`/api/files/${this.file}/corrections`, { annotator, report: this.report, corrections });
    } catch (error) {
      if (error.code === "changed") error.choices = this.meet(error.saved);
      throw error;
    }
    for (const [key, value] of changed) {
      if (value) this.saved.set(key, value);
      else this.saved.delete(key);
    }
    this.keep();
    return changed.length;
  }

  // What the same person saved in another tab is what is saved now; what is said here stays, until the person chose.
  meet(saved) {
    return saved.map(({ start, end, label, secondary, note }) => {
      const key = `${start}-${end}`;
      const theirs = label ? { label, secondary, note } : null;
      if (theirs) this.saved.set(key, theirs);
      else this.saved.delete(key);
      return { corrections: this, key, theirs, mine: this.of(key) };
    });
  }
}
