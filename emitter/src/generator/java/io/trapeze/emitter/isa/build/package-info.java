// SPDX-License-Identifier: Apache-2.0
/** The program that writes the typed instruction methods from the table; it runs during the build and is not shipped. */
package io.trapeze.emitter.isa.build;
