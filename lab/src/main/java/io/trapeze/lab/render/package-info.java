// SPDX-License-Identifier: Apache-2.0
/** How results look: plain tables, JSON, colour. Nothing here computes what it shows. */
package io.trapeze.lab.render;
