// SPDX-License-Identifier: Apache-2.0
/** Values at random for tests, with those that are at an edge, and what is simpler than each: bound to no test framework. */
package io.trapeze.testkit.generate;
