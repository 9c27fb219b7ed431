import { declarationOf, type Structure } from './declaration.ts'

/** What is declared one step below; undefined where nothing is. */
export function structureBelow(structure: Structure | undefined, step: PropertyKey): Structure | undefined {
  switch (structure?.tag) {
    case 'section': {
      const schema = Object.hasOwn(structure.keys, step) ? structure.keys[String(step)] : undefined
      return schema && declarationOf(schema).structure
    }
    case 'list':
      return typeof step === 'number' ? structure.item : undefined
    case 'map':
      return structure.value
    case 'scalar':
    case undefined:
      return undefined
  }
}

/** What is declared at a path; undefined where nothing is. */
export function structureAt(root: Structure, path: readonly PropertyKey[]): Structure | undefined {
  return path.reduce<Structure | undefined>(structureBelow, root)
}

/** What a lone text stands for where the structure is declared: a list may be one item, a section its main key. */
export function textStructure(structure: Structure | undefined): Structure | undefined {
  if (structure?.tag === 'list' && structure.orSingle) return textStructure(structure.item)
  if (structure?.tag === 'section' && structure.mainKey !== undefined)
    return structureBelow(structure, structure.mainKey)
  return structure?.tag === 'scalar' ? structure : undefined
}

/** A path as people write it: `tables[0].where`. */
export function showPath(path: readonly PropertyKey[]): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
  return steps.join('').replace(/^\./, '')
}
