// Types that all pages share. They are for the reader and for tsc alone: no page loads this file.

/**
 * What a page sees of its widget, as anywidget documents it. `T` are the traits that Python syncs, by name.
 *
 * @template {object} T
 * @typedef {object} Model
 * @property {<K extends keyof T>(name: K) => T[K]} get
 * @property {Setter<T>} set One trait, or several at once; listeners hear of it before it returns.
 * @property {() => void} save_changes Tells Python, and other pages of the same widget, what was set.
 * @property {(content: unknown) => void} send
 * @property {(event: Change<T>, listener: () => void) => void} on
 * @property {(event: Change<T>, listener: () => void) => void} off
 * @property {boolean} [alone] True on a page that export made: no Python answers there.
 * @property {unknown} [widget_manager] JupyterLab's own, which it does not promise to keep.
 */

/**
 * @template {object} T
 * @typedef {{ <K extends keyof T>(name: K, value: T[K]): void, (changes: Partial<T>): void }} Setter
 */

/**
 * What a model says when a trait has changed: "change:step".
 *
 * @template {object} T
 * @typedef {`change:${keyof T & string}`} Change
 */

/**
 * Where a widget is drawn: into `el`. A page may show the same model in several places.
 *
 * @template {object} T
 * @typedef {{ model: Model<T>, el: HTMLElement }} View
 */

/**
 * The default export of a page. `render` answers with what undoes it when the view goes.
 *
 * @template {object} T
 * @typedef {object} Widget
 * @property {(made: { model: Model<T> }) => void} initialize
 * @property {(view: View<T>) => (() => void) | Promise<() => void>} render
 */

/**
 * Attributes of an element. `onclick: f` is a listener, `true` an attribute without a value; false, null and
 * undefined stand for none.
 *
 * @typedef {Listeners & {
 *   dataset?: Record<string, string>,
 *   [name: string]: Plain | Record<string, string> | ((event: never) => unknown),
 * }} Attributes
 */

/** @typedef {string | number | boolean | null | undefined} Plain */

/**
 * @typedef {{
 *   [Name in keyof HTMLElementEventMap as `on${Name}`]?: ((event: HTMLElementEventMap[Name]) => unknown) | undefined
 * }} Listeners
 */

/** @typedef {Node | string | null | undefined} Child Null and undefined stand for none. */

/** @typedef {(event: KeyboardEvent) => unknown} KeyAction False: this key was not for us after all. */

export {};
