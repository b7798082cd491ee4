/**
 * The three functions of the metadata proposal that @peculiar/x509's container (tsyringe) asks for; it refuses to be loaded without.
 * It asks for constructors' parameters, and its own classes have none that are injected.
 */
const kept = new WeakMap<object, Map<unknown, unknown>>();

const own = (key: unknown, target: object) => kept.get(target)?.get(key);

function inherited(key: unknown, target: object | null): unknown {
  if (target === null) return undefined;
  return kept.get(target)?.has(key) ? own(key, target) : inherited(key, Object.getPrototypeOf(target));
}

Object.assign(Reflect, {
  defineMetadata(key: unknown, value: unknown, target: object) {
    const map = kept.get(target) ?? new Map<unknown, unknown>();
    kept.set(target, map.set(key, value));
  },
  getMetadata: inherited,
  getOwnMetadata: own,
});
