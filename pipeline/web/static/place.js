// Where a person was: kept over a reload, of each tab its own.

export function recall(key, otherwise) {
  try {
    return JSON.parse(sessionStorage.getItem(`place ${key}`)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(key, value) {
  try {
    sessionStorage.setItem(`place ${key}`, JSON.stringify(value));
  } catch {
    // A browser without storage, or with a full one, begins at the top again.
  }
}
