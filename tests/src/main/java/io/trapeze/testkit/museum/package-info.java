// SPDX-License-Identifier: Apache-2.0
/** Bugs of the field, rebuilt as changes to right code: a check that has not found one of them has something to learn. */
package io.trapeze.testkit.museum;
